import type { InverseInput } from "./inverse.js";
import type { LeakInput } from "./leak.js";
import type { MatricesInput } from "./matrices.js";
import { problemCode, type Tokens } from "./problem.js";
import { mostSteps } from "./schema.js";
import { landmarkCounts, middles } from "./sweep.js";

const head = (title: string, tokens: Tokens): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as nystrom.mjs, then: node nystrom.mjs
import { load } from "attnlab";

const lab = await load();
${problemCode(tokens)}`;

const matrix = `const rows = Array.from({ length: n }, (_, i) => i);
/** The matrix that the three factors stand for. */
const implied = (options) => lab.nystromFactors(q, k, options).rows(rows);
`;

const ruler = `${matrix}
/** |actual - expected| / |expected| */
const relative = (expected, actual) =>
  Math.sqrt(
    expected.reduce((sum, value, i) => sum + (actual[i] - value) ** 2, 0) /
      expected.reduce((sum, value) => sum + value ** 2, 0),
  );
const exact = lab.attention(q, k, v).data;
const error = (options) => relative(exact, lab.matmul(implied(options), v).data).toFixed(6);
const mean = Array.from({ length: d }, (_, c) => v.data.reduce((sum, x, i) => sum + (i % d === c ? x / n : 0), 0));
const averaged = () => relative(exact, exact.map((_, i) => mean[i % d])).toFixed(6);
`;

/** Prints the output's error beside those without the middle factor and of averaging. */
export function matricesCode(title: string, { inverse, landmarks, iterations, ...tokens }: MatricesInput): string {
  return `${head(title, tokens)}
${ruler}
console.log("nystrom", error(${JSON.stringify({ landmarks, inverse, iterations })}));
console.log("without", error({ landmarks: ${landmarks}, inverse: "none" }));
console.log("uniform", averaged());
`;
}

/** Prints the errors for each number of landmarks. */
export function errorCode(title: string, tokens: Tokens): string {
  return `${head(title, tokens)}
${ruler}
for (const [name, options] of Object.entries(${JSON.stringify(middles)})) {
  for (const landmarks of [${landmarkCounts.join(", ")}]) console.log(name, landmarks, error({ landmarks, ...options }));
}
console.log("uniform", averaged());
`;
}

/** Prints, step by step, how far the kernel's inverse and the output are off. */
export function inverseCode(title: string, input: InverseInput): string {
  return `${head(title, input)}
${ruler}
for (let iterations = 0; iterations <= ${mostSteps}; iterations++) {
  const options = { landmarks: ${input.landmarks}, iterations };
  console.log(iterations, lab.nystromFactors(q, k, options).residual.data[0].toExponential(4), error(options));
}
`;
}

/** Prints how far the first and the farthest of the outputs before the last move, and what `causal` is answered with. */
export function leakCode(title: string, { landmarks, iterations, ...tokens }: LeakInput): string {
  return `${head(title, tokens)}
const rows = Array.from({ length: n }, (_, i) => i);
const turned = ({ data, shape }) => ({ data: data.map((x, i) => (i < (n - 1) * d ? x : -x)), shape });
/** Outputs with the future cut off afterwards. */
const masked = (q, k) => {
  const a = lab.nystromFactors(q, k, ${JSON.stringify({ landmarks, iterations })}).rows(rows).data;
  return rows.map((i) => {
    const row = Array.from(a.subarray(i * n, i * n + i + 1));
    const sum = row.reduce((x, y) => x + y, 0);
    return Array.from({ length: d }, (_, c) => row.reduce((x, weight, j) => x + (weight / sum) * v.data[j * d + c], 0));
  });
};
const [before, after] = [masked(q, k), masked(turned(q), turned(k))];
const moves = rows.map((i) => Math.hypot(...before[i].map((x, c) => after[i][c] - x)) / Math.hypot(...before[i]));
console.log("largest", Math.max(...moves.slice(0, -1)).toFixed(6));
try {
  lab.nystromformer(q, k, v, { causal: true });
} catch (error) {
  console.log(error.code, error.message);
}
`;
}
