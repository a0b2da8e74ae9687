import { csv } from "../shared/csv.js";
import { countedLengths, type PatternFound } from "./pattern.js";
import { patternNames } from "./schema.js";
import type { Speed } from "./speed.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Reach, counts and, once there are any, times; headings are English in every language: they are read by programs. */
export function patternCsv({ reaches, counts, reach }: PatternFound, speed: Speed | undefined): string {
  return csv([
    ["what", "at", ...patternNames],
    ...reach.shares.map((_, layer) => [
      "share reached after layers",
      layer + 1,
      ...patternNames.map((name) => number(reaches[name][layer])),
    ]),
    ...countedLengths.map((n, i) => ["entries kept", n, ...patternNames.map((name) => number(counts[name][i]))]),
    ...(speed === undefined
      ? []
      : [
          ["milliseconds", "n", "kept", "exact", "sparse", ""],
          ...speed.points.map(({ n, kept, exact, sparse }) => ["", n, kept, number(exact), number(sparse), ""]),
        ]),
  ]);
}
