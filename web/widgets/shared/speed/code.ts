import { usualCourse } from "./race.js";

/** Lines that print, for each length, the median times of these calls of `q`, `k` and `v`; a dash up to their `least` length. */
export function timingCode(calls: readonly string[], least: readonly (number | undefined)[] = []): string {
  const { width, lengths, samples } = usualCourse;
  const rounds = Math.floor(samples / 2);
  const columns = calls.map((call, i) => {
    const median = `median(() => ${call})`;
    return least[i] === undefined ? median : `n > ${least[i]} ? ${median} : "-"`;
  });
  return `const d = ${width};
/** Milliseconds. */
const median = (run) => {
  run();
  const times = Array.from({ length: ${samples} }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[${rounds}].toFixed(3);
};
for (const n of [${lengths.join(", ")}]) {
  const [q, k, v] = [1, 2, 3].map(() => lab.tensor(Float32Array.from({ length: n * d }, () => 2 * Math.random() - 1), [n, d]));
  console.log(n, ${columns.join(", ")});
}
`;
}
