import { csv } from "../shared/csv.js";
import type { Inverse } from "./inverse.js";
import type { Leak } from "./leak.js";
import type { Matrices } from "./matrices.js";
import { landmarkCounts, middleNames, type Sweep } from "./sweep.js";

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

export function errorCsv({ errors, performer, uniform }: Sweep): string {
  const names = [...middleNames, "best"] as const;
  return csv([
    ["landmarks", ...names, "performer low", "performer middle", "performer high", "uniform"],
    ...landmarkCounts.map((m, i) => [
      m,
      ...names.map((name) => number(errors[name][i])),
      ...[performer[i]?.low, performer[i]?.middle, performer[i]?.high, uniform].map(number),
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
