import { shortest } from "../shared/csv.js";
import { randomKeysCode, type Keys } from "./keys.js";
import { scaleNames, scalesFor } from "./scales.js";

/** Where a program gets queries and keys from. */
export type Source =
  | { readonly kind: "random"; readonly seed: number; readonly d: number }
  | { readonly kind: "address"; readonly address: string; readonly q: string; readonly k: string }
  | { readonly kind: "inline"; readonly keys: Keys };

interface Common {
  /** One line that says what the numbers are. */
  readonly title: string;
  readonly source: Source;
  readonly kappa: number;
}

const list = (values: Float32Array): string => Array.from(values, shortest).join(", ");

/** Lines that make Q [heads, queries, d] and K [heads, n, d]. */
function sourceCode(source: Source): string {
  if (source.kind === "random") {
    return `${randomKeysCode(source.seed, source.d)}const [Q, K] = [q, all].map(({ data, shape }) => ({ data, shape: [1, ...shape] }));
`;
  }
  if (source.kind === "address") {
    return `const file = await (await fetch(${JSON.stringify(source.address)})).arrayBuffer();
const { ${JSON.stringify(source.q)}: Q, ${JSON.stringify(source.k)}: K } = readSafetensors(file).tensors;
`;
  }
  const { heads, queries, n, d, q, k } = source.keys;
  return `const Q = { data: Float32Array.from([${list(q)}]), shape: [${heads}, ${queries}, ${d}] };
const K = { data: Float32Array.from([${list(k)}]), shape: [${heads}, ${n}, ${d}] };
`;
}

const head = ({ title, source, kappa }: Common): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as scales.mjs, then: node scales.mjs
import { load } from "attnlab";
${source.kind === "address" ? 'import { readSafetensors } from "attnlab/io";\n' : ""}
const lab = await load();
${sourceCode(source)}const scales = ${JSON.stringify(scalesFor(kappa))};
`;

/** A module for Node that prints the mean entropy at every length under every scale. */
export function lengthsCode(input: Common & { readonly lengths: readonly number[]; readonly head: number }): string {
  const { lengths, head: chosen } = input;
  return `${head(input)}
// The first rows of the heads that count.
const heads = ${chosen > 0 ? `[${chosen - 1}]` : "[...Array(Q.shape[0]).keys()]"};
const first = ({ data, shape: [, rows, d] }, count) => {
  const parts = heads.map((h) => Array.from(data.subarray(h * rows * d, (h * rows + count) * d)));
  return { data: Float32Array.from(parts.flat()), shape: [heads.length, count, d] };
};
for (const n of [${lengths.join(", ")}]) {
  const [queries, seen] = [first(Q, ${input.source.kind === "random" ? "Q.shape[1]" : "n"}), first(K, n)];
  for (const [name, scale] of Object.entries(scales)) {
    const { data } = lab.entropy(lab.attentionWeights(queries, seen, { scale }));
    console.log(n, name, (data.reduce((sum, value) => sum + value, 0) / data.length).toFixed(4));
  }
}
`;
}

/** A module for Node that prints, token by token, the weight of the followed key and the entropy of the row. */
export function growthCode(
  input: Common & { readonly head: number; readonly query: number; readonly key: number; readonly n: number },
): string {
  const { head: chosen, query, key, n } = input;
  return `${head(input)}
// One query, repeated: under a causal mask its i-th copy sees i keys.
const n = ${n};
const size = Q.shape[2];
const [fromQ, fromK] = [(${chosen} * Q.shape[1] + ${query}) * size, ${chosen} * K.shape[1] * size];
const copies = { data: Float32Array.from({ length: n * size }, (_, i) => Q.data[fromQ + (i % size)]), shape: [n, size] };
const some = { data: K.data.subarray(fromK, fromK + n * size), shape: [n, size] };
for (const name of [${scaleNames.map((name) => `"${name}"`).join(", ")}]) {
  const weights = lab.attentionWeights(copies, some, { causal: true, scale: scales[name] });
  lab.entropy(weights).data.forEach((entropy, i) => {
    console.log(name, i + 1, weights.data[i * n + ${key}].toFixed(6), entropy.toFixed(4));
  });
}
`;
}
