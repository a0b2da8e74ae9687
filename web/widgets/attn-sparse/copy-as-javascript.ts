import { optionsOf, tokenCount } from "./pattern.js";
import type { SparseState } from "./schema.js";

/** A module for Node that prints what is kept, and what is reached after so many layers. */
export function sparseCode(title: string, state: SparseState): string {
  const { layers, causal } = state;
  return `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as sparse.mjs, then: node sparse.mjs
import { load } from "attnlab";

const lab = await load();
const n = ${tokenCount};
const options = ${JSON.stringify(optionsOf(state))};
const all = ${causal ? "(n * (n + 1)) / 2" : "n * n"};
const kept = lab.sparsePattern(n, n, options);
const count = ({ data }) => data.filter((entry) => entry > 0).length;
console.log("kept", count(kept), "of", all);

// Which tokens a token hears of through the layers: powers of the pattern.
let reached = kept;
for (let layer = 1; layer <= ${layers}; layer++) {
  if (layer > 1) reached = lab.matmul(reached, kept);
  reached.data.forEach((ways, at) => (reached.data[at] = ways > 0 ? 1 : 0));
  console.log("reached", layer, (count(reached) / all).toFixed(6));
}

// And attention over what is kept, at a cost that follows its amount.
const x = lab.tensor(
  Float32Array.from({ length: n * 16 }, (_, i) => Math.sin(i * i)),
  [n, 16],
);
console.log("output", lab.sparseAttention(x, x, x, options).shape.join(" x "));
`;
}
