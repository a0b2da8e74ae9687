import { syntheticCode } from "./heads.js";
import { seedOf } from "./measure.js";
import { methodCode, methodNames } from "./methods.js";
import type { SourceName } from "./schema.js";

export interface CodeInput {
  readonly source: SourceName;
  /** From 1: one layer, or all of a text. */
  readonly layers: readonly number[];
  /** Of a reader's own file. */
  readonly file: string;
  readonly n: number;
  readonly budget: number;
  readonly seed: number;
}

/** Where the package has the model's numbers. */
const folder = "node_modules/attnlab/dist/widgets/data/";

const methodsCode = (budget: number, n: number): string => `
/** Prints every head's relative output error under every method. */
function compare(label, { q, k, v }) {
  const [heads, tokens, width] = v.shape;
  const exact = lab.attention(q, k, v).data;
  const answers = {
${methodNames.map((name) => `    ${name}: ${methodCode(name, budget, n)}.data,`).join("\n")}
    uniform: exact.map((_, at) => {
      const [head, c] = [Math.floor(at / (tokens * width)), at % width];
      let sum = 0;
      for (let j = 0; j < tokens; j++) sum += v.data[(head * tokens + j) * width + c] / tokens;
      return sum;
    }),
  };
  for (const [name, answer] of Object.entries(answers)) {
    for (let head = 0; head < heads; head++) {
      let [off, all] = [0, 0];
      for (let at = head * tokens * width; at < (head + 1) * tokens * width; at++) {
        off += (answer[at] - exact[at]) ** 2;
        all += exact[at] ** 2;
      }
      console.log(label + name, head + 1, Math.sqrt(off / all).toFixed(6));
    }
  }
}
`;

/** A module for Node that prints every head's error under every method; of the Performer's draws the first. */
export function compareCode(title: string, { source, layers, file, budget, n, seed }: CodeInput): string {
  const read = `import { readFileSync } from "node:fs";
import { readSafetensors } from "attnlab/io";
`;
  const opened = (path: string): string => `readSafetensors(new Uint8Array(readFileSync(${path}))).tensors`;
  const fileOf = (layer: number | string): string => `${folder}${source}.layer${layer}.safetensors`;
  const calls =
    source === "synthetic"
      ? `${syntheticCode(seed)}compare("", { q, k, v });
`
      : source === "own" || layers.length === 1
        ? `compare("", ${opened(JSON.stringify(source === "own" ? file : fileOf(layers[0] ?? 1)))});
`
        : `for (const layer of ${JSON.stringify(layers)}) {
  compare(\`layer \${layer} \`, ${opened(`\`${fileOf("${layer}")}\``)});
}
`;
  return `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as compare.mjs, then: node compare.mjs
import { load } from "attnlab";
${source === "synthetic" ? "" : read}
const lab = await load();
const seed = ${seedOf(seed, 0)};
${methodsCode(budget, n)}
${calls}`;
}
