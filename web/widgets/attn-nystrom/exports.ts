import { csv } from "../shared/csv.js";
import type { Inverse } from "./inverse.js";
import type { Leak } from "./leak.js";
import type { Matrices } from "./matrices.js";
import { stepNames } from "./schema.js";
import type { Steps } from "./steps.js";
import { landmarkCounts, middleNames, type Band, type Sweep } from "./sweep.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Every entry of both matrices; headings are English in every language: they are read by programs. */
export function matricesCsv({ exact, nystrom }: Matrices): string {
  return csv([
    ["query", "key", "exact", "nystrom"],
    ...Array.from(exact.values, (value, i) => [
      Math.floor(i / exact.columns) + 1,
      (i % exact.columns) + 1,
      number(value),
      number(nystrom.values[i]),
    ]),
  ]);
}

/** Every entry of the matrices of all steps. */
export function stepsCsv({ exact, matrices }: Steps): string {
  return csv([
    ["query", "key", "exact", ...stepNames],
    ...Array.from(exact.values, (value, i) => [
      Math.floor(i / exact.columns) + 1,
      (i % exact.columns) + 1,
      number(value),
      ...stepNames.map((name) => number(matrices[name].values[i])),
    ]),
  ]);
}

const bandCells = (band: Band | undefined): string[] => [band?.low, band?.middle, band?.high].map(number);
const bandHeadings = (name: string): string[] => [`${name} low`, `${name} middle`, `${name} high`];

export function errorCsv({ from, errors, sources, performer, uniform }: Sweep): string {
  const names = [...middleNames, "best"] as const;
  return csv([
    [
      "landmarks",
      ...middleNames.map((name) => `${from} ${name}`),
      "best",
      ...bandHeadings("segments six"),
      ...bandHeadings("clusters six"),
      ...bandHeadings("performer"),
      "uniform",
    ],
    ...landmarkCounts.map((m, i) => [
      m,
      ...names.map((name) => number(errors[name][i])),
      ...bandCells(sources.segments[i]),
      ...bandCells(sources.clusters[i]),
      ...bandCells(performer[i]),
      number(uniform),
    ]),
  ]);
}

export function inverseCsv(inverse: Inverse): string {
  return csv([
    ["steps", "inverse, double", "inverse, kernel", "output, double", "output, kernel"],
    ...inverse.residuals.map((residual, step) => [
      step,
      number(residual),
      number(inverse.kernelResiduals[step]),
      number(inverse.outputs[step]),
      number(inverse.kernelOutputs[step]),
    ]),
  ]);
}

export function leakCsv({ causal, masked }: Leak): string {
  return csv([
    ["token", "causal", "nystrom masked"],
    ...causal.map((move, i) => [i + 1, number(move), number(masked[i])]),
  ]);
}
