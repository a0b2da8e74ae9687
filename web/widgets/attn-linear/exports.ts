import { csv } from "../shared/csv.js";
import { lengths, type Measured } from "./measure.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Singular values and spreads; headings are English in every language: they are read by programs. */
export function linearCsv({ exact, linear, uniform }: Measured): string {
  return csv([
    ["what", "at", "softmax attention", "linear attention", "uniform"],
    ...Array.from(exact.values, (value, i) => ["singular value", i + 1, number(value), number(linear.values[i]), ""]),
    ...lengths.map((n, i) => [
      "keys per row",
      n,
      number(exact.spreads[i]),
      number(linear.spreads[i]),
      number(uniform[i]),
    ]),
  ]);
}
