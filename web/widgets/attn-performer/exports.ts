import { csv } from "../shared/csv.js";
import { dotAngles, type Slice } from "./estimators.js";
import type { Matrices } from "./matrices.js";
import { evaluations, largestNorms, type Range } from "./range.js";
import { comparedDraws, featureCounts, sigmas, type Band, type FeatureSweep, type NormSweep } from "./sweeps.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));
const cellsOf = (band: Band | undefined): string[] => [number(band?.low), number(band?.middle), number(band?.high)];
const headings = (name: string): string[] => [`${name} low`, `${name} middle`, `${name} high`];

/** Every entry of both matrices; headings are English in every language: they are read by programs. */
export function matricesCsv({ exact, performer }: Matrices): string {
  return csv([
    ["query", "key", "exact", "performer"],
    ...Array.from(exact.values, (value, i) => [
      Math.floor(i / exact.columns) + 1,
      (i % exact.columns) + 1,
      number(value),
      number(performer.values[i]),
    ]),
  ]);
}

export function errorCsv({ bands, uniform, theory }: FeatureSweep): string {
  return csv([
    ["directions", ...comparedDraws.flatMap(headings), "theory, independent", "uniform"],
    ...featureCounts.map((m, i) => [
      m,
      ...comparedDraws.flatMap((draw) => cellsOf(bands[draw][i])),
      number(theory / Math.sqrt(m)),
      number(uniform),
    ]),
  ]);
}

export function normsCsv({ few, many, theory, uniform, variance }: NormSweep): string {
  return csv([
    ["sigma", ...headings("m"), ...headings("16 m"), "theory, independent", "uniform", "relative variance times m"],
    ...sigmas.map((sigma, i) => [
      sigma,
      ...cellsOf(few[i]),
      ...cellsOf(many[i]),
      number(theory[i]?.[1]),
      number(uniform[i]?.[1]),
      number(variance[i]?.[1]),
    ]),
  ]);
}

export function sliceCsv({ length, drawn }: Slice): string {
  return csv([
    ["length", "angle", "positive", "trigonometric"],
    ...dotAngles.map((angle, i) => [
      length,
      number((180 * angle) / Math.PI),
      number(drawn.positive[i]),
      number(drawn.trigonometric[i]),
    ]),
  ]);
}

export function rangeCsv({ errors, uniform }: Range): string {
  return csv([
    ["norm", ...evaluations, "uniform"],
    ...largestNorms.map((norm, i) => [norm, ...evaluations.map((name) => number(errors[name][i])), number(uniform[i])]),
  ]);
}
