import { sizeOf, type SizeName } from "./schema.js";

/** A module for Node that times attention of this size on the machine that runs it, and prints time and rate. */
export function timingCode(size: SizeName, samples: number): string {
  const { heads, n, d, causal } = sizeOf(size);
  const pairs = causal ? "(n * (n + 1)) / 2" : "n * n";
  return `// Exact attention, ${heads} heads x ${n} tokens x ${d}${causal ? ", causal" : ""}: median of ${samples} warm samples
// npm install attnlab, save this as time.mjs, then: node time.mjs
import { load } from "attnlab";

const [heads, n, d] = [${heads}, ${n}, ${d}];
const lab = await load();
const tensor = (step) => lab.tensor(Float32Array.from({ length: heads * n * d }, (_, i) => Math.sin(step * i)), [heads, n, d]);
const [q, k, v] = [tensor(0.7), tensor(1.3), tensor(2.1)];
const run = () => lab.attention(q, k, v, { causal: ${causal} });
const timeOf = () => {
  const begin = performance.now();
  run();
  return performance.now() - begin;
};
for (const end = performance.now() + 500; performance.now() < end; ) run();
const times = Array.from({ length: ${samples} }, timeOf).sort((a, b) => a - b);
const milliseconds = times[${samples >> 1}];
const rate = (4 * heads * d * ${pairs}) / milliseconds / 1e6;
console.log(\`\${milliseconds.toFixed(2)} ms, \${rate.toFixed(1)} GFLOP/s (\${lab.variant})\`);
`;
}

/** A module for Node that times methods of linear cost beside exact attention, and prints their ratios length by length. */
export function crossoverCode(lengths: readonly number[], samples: number): string {
  return `// Attention of linear cost beside exact attention, one head of 64: time over that of exact attention
// npm install attnlab, save this as crossover.mjs, then: node crossover.mjs
import { load } from "attnlab";

const d = 64;
const lab = await load();
const projection = lab.performerProjection(d, { features: 256 });
const methods = {
  "exact": (q, k, v) => lab.attention(q, k, v),
  "linear, elu": (q, k, v) => lab.linearAttention(q, k, v),
  "linear, softmax": (q, k, v) => lab.linearAttention(q, k, v, { featureMap: "softmax" }),
  "performer": (q, k, v) => lab.performer(q, k, v, { projection }),
  "nystromformer": (q, k, v) => lab.nystromformer(q, k, v),
  "sparse, local": (q, k, v) => lab.sparseAttention(q, k, v),
  "sparse, bigbird": (q, k, v) => lab.sparseAttention(q, k, v, { pattern: "bigbird" }),
};
for (const n of [${lengths.join(", ")}]) {
  const random = () => lab.tensor(Float32Array.from({ length: n * d }, () => 4 * Math.random() - 2), [n, d]);
  const [q, k, v] = [random(), random(), random()];
  const times = Object.fromEntries(Object.keys(methods).map((name) => [name, []]));
  const calls = Math.ceil(8192 / n);
  for (let sample = -2; sample < ${samples}; ++sample) {
    for (const [name, run] of Object.entries(methods)) {
      const begin = performance.now();
      for (let call = 0; call < calls; ++call) run(q, k, v);
      if (sample >= 0) times[name].push(performance.now() - begin);
    }
  }
  const median = (name) => times[name].sort((a, b) => a - b)[${samples >> 1}];
  for (const name of Object.keys(methods)) console.log(\`n = \${n}, \${name}: \${(median(name) / median("exact")).toFixed(2)}\`);
}
`;
}
