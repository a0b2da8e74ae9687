import { shortest } from "../shared/csv.js";
import { headOf, visibleKeys, type AttentionData } from "./data/attention-data.js";
import type { ScaleName } from "./schema.js";

export interface CodeInput {
  readonly data: AttentionData;
  /** Counted from 0. */
  readonly head: number;
  readonly query: number;
  readonly scale: ScaleName;
  readonly causal: boolean;
  /** One line that says what the numbers are. */
  readonly title: string;
}

/** Numbers that may stand in the code itself; longer data are read from where they come from. */
const inlineLimit = 4096;

const scaleCode: Readonly<Record<ScaleName, string>> = { none: "1", sqrt: '"sqrt"', entropy: '"entropy"' };

/**
 * A module for Node that prints the weights of the shown row, computed anew by the package. Short data are written into
 * it; long data are read from their published address or from the reader's own file. Other `lines` print something else
 * of the row, from `lab`, `q`, `k` and `tokens`.
 */
export function rowCode(input: CodeInput, lines: readonly string[] = weightLines(input.scale)): string {
  const { data, head, query, causal } = input;
  const visible = visibleKeys(data.nQ, data.nK, causal, query);
  const inline = data.origin === undefined || (visible + 1) * data.d <= inlineLimit;
  return [
    `// ${input.title.replace(/\s+/g, " ")}`,
    "// npm install attnlab, save this as row.mjs, then: node row.mjs",
    ...(inline ? [] : readers(data)),
    'import { load } from "attnlab";',
    "",
    ...(inline ? inlineData(input, visible) : readData(data, head, query, visible)),
    ...names(data, visible),
    "",
    "const lab = await load();",
    ...lines,
    "",
  ].join("\n");
}

const weightLines = (scale: ScaleName): string[] => [
  `const { data: weights } = lab.attentionWeights(q, k, { scale: ${scaleCode[scale]} });`,
  "for (const [j, weight] of weights.entries()) console.log(`${tokens[j]}\\t${weight.toFixed(6)}`);",
];

/** The factor on the products, as an expression. */
export const factorCode = (scale: ScaleName): string =>
  scale === "none" ? "1" : `lab.attentionScale({ d: q.shape[1], n: k.shape[0], kind: ${scaleCode[scale]} })`;

function inlineData({ data, head, query, causal }: CodeInput, visible: number): string[] {
  const { q, k } = headOf(data, head);
  const seen = causal ? "the keys it sees" : "all keys";
  return [
    `const d = ${data.d};`,
    `// Row ${query + 1} of Q, and ${seen}, of head ${head + 1}`,
    `const q = { data: Float32Array.of(${list(q.data.subarray(query * data.d, (query + 1) * data.d))}), shape: [1, d] };`,
    `const k = { data: Float32Array.from([${list(k.data.subarray(0, visible * data.d))}]), shape: [${visible}, d] };`,
  ];
}

const list = (values: Float32Array): string => Array.from(values, shortest).join(", ");

function readers({ origin }: AttentionData): string[] {
  if (origin?.kind === "npy") {
    return ['import { readFile } from "node:fs/promises";', 'import { readNpy } from "attnlab/io";'];
  }
  return [
    ...(origin?.kind === "safetensors" ? ['import { readFile } from "node:fs/promises";'] : []),
    'import { readSafetensors } from "attnlab/io";',
  ];
}

function readData(data: AttentionData, head: number, query: number, visible: number): string[] {
  const { origin, nQ, nK, d, heads, keyHeads } = data;
  const keyHead = Math.floor((head * keyHeads) / heads);
  const qStart = (head * nQ + query) * d;
  const kStart = keyHead * nK * d;
  const text = JSON.stringify;
  const sources =
    origin?.kind === "npy"
      ? [
          `const Q = readNpy(await readFile(${text(origin.q)}));`,
          `const K = readNpy(await readFile(${text(origin.k)}));`,
        ]
      : origin?.kind === "safetensors"
        ? [
            `const { ${text(origin.q)}: Q, ${text(origin.k)}: K } = readSafetensors(await readFile(${text(origin.file)})).tensors;`,
          ]
        : origin?.kind === "address"
          ? [
              `const file = await (await fetch(${text(origin.address)})).arrayBuffer();`,
              `const { ${text(origin.q)}: Q, ${text(origin.k)}: K } = readSafetensors(file).tensors;`,
            ]
          : [];
  return [
    ...sources,
    `// Row ${query + 1} of Q and the ${visible} keys it sees, of head ${head + 1}`,
    `const q = { data: Q.data.subarray(${qStart}, ${qStart + d}), shape: [1, ${d}] };`,
    `const k = { data: K.data.subarray(${kStart}, ${kStart + visible * d}), shape: [${visible}, ${d}] };`,
  ];
}

function names({ keyTokens }: AttentionData, visible: number): string[] {
  if (keyTokens === undefined) return [`const tokens = Array.from({ length: ${visible} }, (_, j) => j + 1);`];
  return [`const tokens = ${JSON.stringify(keyTokens.slice(0, visible))};`];
}
