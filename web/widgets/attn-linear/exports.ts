import { csv } from "../shared/csv.js";
import type { Measured } from "./measure.js";
import { lengths, surveyed, type Survey } from "./survey.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Singular values and, once there are any, spreads over the draws; headings are English: they are read by programs. */
export function linearCsv({ input, exact, linear }: Measured, survey: Survey | undefined): string {
  const nameOf = (name: string): string => (name === "exact" ? "softmax attention" : `linear, ${name}`);
  const singular = (name: string, values: Float64Array): (string | number)[][] =>
    Array.from(values, (value, i) => ["singular value", nameOf(name), i + 1, "", number(value), ""]);
  const spreads = ({ spreads, uniform }: Survey): (string | number)[][] => [
    ...surveyed.flatMap((name) =>
      spreads[name].map(({ low, middle, high }, i) => [
        ...["keys per row", nameOf(name), lengths[i] ?? 0],
        ...[low, middle, high].map(number),
      ]),
    ),
    ...uniform.map((value, i) => ["keys per row", "averaging", lengths[i] ?? 0, "", number(value), ""]),
  ];
  return csv([
    ["what", "of", "at", "low", "middle", "high"],
    ...singular("exact", exact.values),
    ...singular(input.map, linear.values),
    ...(survey === undefined ? [] : spreads(survey)),
  ]);
}
