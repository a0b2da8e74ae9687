import { randomCode } from "../shared/random.js";
import { negligible, optionsOf, tokenCount, type Input } from "./measure.js";

const nearCode = (near: number): string => `
// Keeps ${near} keys on each side of a query; their weights sum to 1 again.
for (const values of Object.values(weights)) {
  for (let i = 0; i < n; i++) {
    const row = values.subarray(i * n, (i + 1) * n);
    row.forEach((_, j) => (row[j] = Math.abs(i - j) > ${near} ? 0 : row[j]));
    const sum = row.reduce((all, weight) => all + weight, 0);
    if (sum > 0) row.forEach((weight, j) => (row[j] = weight / sum));
  }
}
`;

/** A module for Node that prints the rank of both matrices, and over how many keys their rows spread. */
export function linearCode(title: string, input: Input): string {
  const { d, sigma, causal, near, seed } = input;
  return `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as linear.mjs, then: node linear.mjs
import { load } from "attnlab";

const lab = await load();
${randomCode(seed)}
const [n, d, sigma] = [${tokenCount}, ${d}, ${sigma}];
const [q, k] = [new Float32Array(n * d), new Float32Array(n * d)];
for (let i = 0; i < n * d; i++) [q[i], k[i]] = [sigma * normal(), sigma * normal()];
const tensor = (data, width) => lab.tensor(data, [n, width]);
// What attention makes of the unit matrix are its weights.
const unit = tensor(
  Float32Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
  n,
);
const weights = {
  softmax: lab.attention(tensor(q, d), tensor(k, d), unit, { causal: ${causal} }).data,
  linear: lab.linearAttention(tensor(q, d), tensor(k, d), unit, ${JSON.stringify(optionsOf(input))}).data,
};
${near > 0 ? nearCode(near) : ""}
/** Singular values: rotates the columns until all are orthogonal (one-sided Jacobi). */
function rank(values) {
  const columns = Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_, i) => values[i * n + j]));
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let r = p + 1; r < n; r++) {
        const [a, b] = [columns[p], columns[r]];
        const gamma = dot(a, b);
        if (Math.abs(gamma) < 1e-30) continue;
        const zeta = (dot(b, b) - dot(a, a)) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        for (let i = 0; i < n; i++) [a[i], b[i]] = [c * (a[i] - t * b[i]), c * (t * a[i] + b[i])];
      }
    }
  }
  const norms = columns.map((column) => Math.sqrt(dot(column, column)));
  return norms.filter((norm) => norm > ${negligible} * Math.max(...norms)).length;
}

for (const [name, values] of Object.entries(weights)) {
  let keys = 0;
  for (let i = 0; i < n; i++) {
    const row = [...values.slice(i * n, (i + 1) * n)].filter((weight) => weight > 0);
    if (row.length > 0) keys += Math.exp(-row.reduce((sum, weight) => sum + weight * Math.log(weight), 0)) / n;
  }
  console.log(name, "rank", rank(values), "keys per row", keys.toFixed(3));
}
`;
}
