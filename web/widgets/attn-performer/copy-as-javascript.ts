import { timingCode } from "../shared/speed/code.js";
import { usualCourse } from "../shared/speed/race.js";
import { directions, trials } from "./estimators.js";
import type { MatricesInput } from "./matrices.js";
import { performerOptions, problemCode, type Tokens } from "./problem.js";
import { rangeFeatures, rangeWidth } from "./range.js";
import { comparedDraws, featureCounts, manyTimes, seedCount, type NormsInput } from "./sweeps.js";

const head = (title: string): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as performer.mjs, then: node performer.mjs
import { load } from "attnlab";

const lab = await load();
`;

const relative = `/** |actual - expected| / |expected| */
const relative = (expected, actual) =>
  Math.sqrt(
    expected.reduce((sum, value, i) => sum + (actual[i] - value) ** 2, 0) /
      expected.reduce((sum, value) => sum + value ** 2, 0),
  );
`;

const uniform = `const mean = Array.from({ length: d }, (_, c) => v.data.reduce((sum, x, i) => sum + (i % d === c ? x / n : 0), 0));
console.log("uniform", relative(exact, exact.map((_, i) => mean[i % d])).toFixed(6));
`;

const exact = `const exact = lab.attention(q, k, v).data;
${relative}`;

/** Prints the output's error beside that of averaging. */
export function matricesCode(title: string, input: MatricesInput): string {
  const options = performerOptions(input.estimator, input.draw, input.features, input.seed);
  return `${head(title)}${problemCode(input)}
${exact}
const options = ${JSON.stringify(options)};
console.log("performer", relative(exact, lab.performer(q, k, v, options).data).toFixed(6));
${uniform}`;
}

const middleCode = `/** Lower end, middle and upper end of the band over the seeds. */
const band = (errors) => [0.1, 0.5, 0.9].map((share) => errors.sort((a, b) => a - b)[Math.round(share * (errors.length - 1))]);
`;

const sweepCode = (seed: number): string => `${middleCode}
const sweep = (options) =>
  band(
    Array.from({ length: ${seedCount} }, (_, i) =>
      relative(exact, lab.performer(q, k, v, { ...options, seed: ${1000 * seed} + i }).data),
    ),
  )
    .map((value) => value.toFixed(6))
    .join(" ");
`;

/** Prints, for every way to draw and every number of directions, the band over the seeds. */
export function errorCode(title: string, tokens: Tokens): string {
  const draws = comparedDraws.map((draw) => {
    const { orthogonal, norms } = performerOptions("positive", draw, 1, 0);
    return [draw, { orthogonal, ...(norms !== undefined && { norms }) }];
  });
  return `${head(title)}${problemCode(tokens)}
${exact}${sweepCode(tokens.seed)}
for (const [draw, options] of ${JSON.stringify(draws)}) {
  for (const features of [${featureCounts.join(", ")}]) console.log(draw, features, sweep({ ...options, features }));
}
${uniform}`;
}

/** Prints the bands of both numbers of directions at one size of q and k. */
export function normsCode(title: string, input: NormsInput): string {
  const { orthogonal, norms } = performerOptions("positive", input.draw, 1, 0);
  const options = { orthogonal, ...(norms !== undefined && { norms }) };
  return `${head(title)}${problemCode(input)}
${exact}${sweepCode(input.seed)}
for (const features of [${input.features}, ${manyTimes * input.features}]) {
  console.log("performer", features, sweep({ ...${JSON.stringify(options)}, features }));
}
${uniform}`;
}

/** Prints the relative errors of both estimators over the angles. */
export function estimatorsCode(title: string, length: number, seed: number): string {
  return `${head(title)}
const length = ${length};
const angles = Array.from({ length: 13 }, (_, i) => (i * Math.PI) / 12);
const x = lab.tensor([[length, 0]]);
const y = lab.tensor(angles.map((angle) => [length * Math.cos(angle), length * Math.sin(angle)]));
for (const estimator of ["positive", "trigonometric"]) {
  const squares = angles.map(() => 0);
  for (let trial = 0; trial < ${trials}; trial++) {
    const draw = { features: ${directions}, orthogonal: false, seed: ${1000 * seed} + trial };
    const { data } = lab.performerKernel(x, y, { ...draw, estimator, scale: 1 });
    data.forEach((value, i) => (squares[i] += (value / Math.exp(length ** 2 * Math.cos(angles[i])) - 1) ** 2 / ${trials}));
  }
  squares.forEach((value, i) => console.log(estimator, 15 * i, Math.sqrt(value).toPrecision(6)));
}
`;
}

/** Prints how far an eps moves the output from the exact evaluation, longer and longer queries and keys. */
export function rangeCode(title: string, seed: number): string {
  const tokens = { tokens: "independent", d: rangeWidth, sigma: 1, seed } as const;
  return `${head(title)}${problemCode(tokens)}
${relative}
const projection = lab.performerProjection(d, { features: ${rangeFeatures}, seed: ${seed} });
const squares = Array.from({ length: n }, (_, i) => q.data.subarray(i * d, (i + 1) * d).reduce((sum, x) => sum + x * x, 0));
const longest = Math.max(...squares) / Math.sqrt(d);
for (const norm of [2, 8, 12, 32, 128, 400, 2000]) {
  const grown = (tensor) => lab.tensor(tensor.data.map((x) => Math.sqrt(norm / longest) * x), [n, d]);
  const answer = (eps) => lab.performer(grown(q), grown(k), v, { projection, eps }).data;
  console.log(norm, ...[1e-4, 1e-6].map((eps) => relative(answer(0), answer(eps)).toPrecision(4)));
}
`;
}

/** Times both methods on one head. */
export const speedCode = (title: string, features: number): string => `${head(title)}
const projection = lab.performerProjection(${usualCourse.width}, { features: ${features} });
${timingCode(["lab.attention(q, k, v)", "lab.performer(q, k, v, { projection })"])}`;
