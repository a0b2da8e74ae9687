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
