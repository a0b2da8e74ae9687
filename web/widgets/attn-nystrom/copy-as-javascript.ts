import { timingCode } from "../shared/speed/code.js";
import { clustersCode } from "./clusters.js";
import type { InverseInput } from "./inverse.js";
import type { LeakInput } from "./leak.js";
import { otherSource, type MatricesInput } from "./matrices.js";
import { problemCode } from "./problem.js";
import { mostSteps, type SourceName } from "./schema.js";
import { typicalLandmarks } from "./speed.js";
import type { StepsInput } from "./steps.js";
import { landmarkCounts, middles, startCount, type SweepInput } from "./sweep.js";

const start = (title: string): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as nystrom.mjs, then: node nystrom.mjs
import { load } from "attnlab";

const lab = await load();
`;

/** Up to queries, keys and values. */
const head = (
  title: string,
  tokens: Parameters<typeof problemCode>[0],
): string => `${start(title)}${problemCode(tokens)}
const rows = Array.from({ length: n }, (_, i) => i);
`;

/** The matrices that the three factors stand for, by where the landmarks come from. */
const impliedCode: Readonly<Record<SourceName, string>> = {
  segments: `const segments = (options) => lab.nystromFactors(q, k, options).rows(rows);
`,
  clusters: `${clustersCode}
/** Sorted by cluster, all clusters filled up with their centers to the size of the largest. */
const filledUp = (tensor, count, seed) => {
  const { of, centers } = kMeans(tensor, count, seed);
  const members = centers.map((_, cluster) => rows.filter((i) => of[i] === cluster));
  const size = Math.max(...members.map(({ length }) => length));
  const data = Float32Array.from(centers.flatMap((center) => Array.from({ length: size }, () => center).flat()));
  const places = rows.map((i) => size * of[i] + members[of[i]].indexOf(i));
  for (const i of rows) data.set(tensor.data.subarray(i * d, (i + 1) * d), places[i] * d);
  const visible = members.flatMap((own) => Array.from({ length: size }, (_, at) => at < own.length));
  return { tensor: lab.tensor(data, [size * count, d]), places, visible };
};
/** What queries were filled up with is left out, what keys were filled up with is hidden. */
const clusters = ({ start, ...options }) => {
  const queries = filledUp(q, options.landmarks, 2 * start);
  const keys = filledUp(k, options.landmarks, 2 * start + 1);
  const factors = lab.nystromFactors(queries.tensor, keys.tensor, { ...options, mask: keys.visible });
  const { data, shape } = factors.rows(queries.places);
  return lab.tensor(Float32Array.from(rows.flatMap((i) => keys.places.map((j) => data[i * shape[1] + j]))), [n, n]);
};
`,
};

const ruler = `/** |actual - expected| / |expected| */
const relative = (expected, actual) =>
  Math.sqrt(
    expected.reduce((sum, value, i) => sum + (actual[i] - value) ** 2, 0) /
      expected.reduce((sum, value) => sum + value ** 2, 0),
  );
const exact = lab.attention(q, k, v).data;
const error = (matrix) => relative(exact, lab.matmul(matrix, v).data);
const mean = Array.from({ length: d }, (_, c) => v.data.reduce((sum, x, i) => sum + (i % d === c ? x / n : 0), 0));
const averaged = relative(exact, exact.map((_, i) => mean[i % d]));
`;

/** Prints the output's error beside those with the other landmarks, without the middle factor, and of averaging. */
export function matricesCode(title: string, input: MatricesInput): string {
  const { inverse, landmarks, iterations, from, ...tokens } = input;
  const started = (source: SourceName): object => ({ landmarks, ...(source === "clusters" && { start: tokens.seed }) });
  const other = otherSource(from);
  const middle = { inverse, iterations };
  return `${head(title, tokens)}
${impliedCode.segments}${impliedCode.clusters}
${ruler}
const print = (name, value) => console.log(name, value.toFixed(6));
print("nystrom", error(${from}(${JSON.stringify({ ...started(from), ...middle })})));
print("${other}", error(${other}(${JSON.stringify({ ...started(other), ...middle })})));
print("without", error(${from}(${JSON.stringify({ ...started(from), inverse: "none" })})));
print("uniform", averaged);
`;
}

/** Prints the output's error after each step of the derivation. */
export function stepsCode(title: string, { landmarks, iterations, ...tokens }: StepsInput): string {
  return `${head(title, tokens)}
${impliedCode.segments}
${ruler}
// The factor 1 / sqrt(d) of q k: each of the two takes its root.
const scaled = ({ data }) => lab.tensor(data.map((x) => x / d ** 0.25), [n, d]);
const answers = {
  softmaxes: relative(exact, lab.linearAttention(scaled(q), scaled(k), v, { featureMap: "softmax" }).data),
  landmarks: error(segments({ landmarks: ${landmarks}, inverse: "none" })),
  middle: error(segments({ landmarks: ${landmarks}, inverse: "pinv" })),
  iteration: error(segments(${JSON.stringify({ landmarks, iterations })})),
  uniform: averaged,
};
for (const [name, value] of Object.entries(answers)) console.log(name, value.toFixed(6));
`;
}

/** Prints the errors for each number of landmarks; of clusters the middle one of some starts. */
export function errorCode(title: string, { from, ...tokens }: SweepInput): string {
  const clustered = `Array.from({ length: ${startCount} }, (_, i) =>
    error(clusters({ ...options, start: ${1000 * tokens.seed} + i })),
  ).sort((a, b) => a - b)[${(startCount - 1) / 2}]`;
  return `${head(title, tokens)}
${impliedCode[from]}
${ruler}
const middle = (options) =>
  ${from === "segments" ? "error(segments(options))" : clustered};
for (const [name, options] of Object.entries(${JSON.stringify(middles)})) {
  for (const landmarks of [${landmarkCounts.join(", ")}]) {
    console.log(name, landmarks, middle({ landmarks, ...options }).toFixed(6));
  }
}
console.log("uniform", averaged.toFixed(6));
`;
}

/** Prints, step by step, how far the kernel's inverse and the output are off. */
export function inverseCode(title: string, input: InverseInput): string {
  return `${head(title, input)}
${impliedCode.segments}
${ruler}
for (let iterations = 0; iterations <= ${mostSteps}; iterations++) {
  const options = { landmarks: ${input.landmarks}, iterations };
  const residual = lab.nystromFactors(q, k, options).residual.data[0];
  console.log(iterations, residual.toExponential(4), error(segments(options)).toFixed(6));
}
`;
}

/** Prints how far the farthest of the outputs before the last moves, and what `causal` is answered with. */
export function leakCode(title: string, { landmarks, iterations, ...tokens }: LeakInput): string {
  return `${head(title, tokens)}
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

/** Times exact attention and both numbers of landmarks on one head. */
export const speedCode = (title: string, landmarks: number): string => `${start(title)}
${timingCode(
  [
    "lab.attention(q, k, v)",
    `lab.nystromformer(q, k, v, { landmarks: ${landmarks} })`,
    `lab.nystromformer(q, k, v, { landmarks: ${typicalLandmarks} })`,
  ],
  [undefined, landmarks, typicalLandmarks],
)}`;
