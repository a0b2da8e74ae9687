import { csv } from "../shared/csv.js";
import type { Run } from "./norms.js";
import type { Textbook } from "./textbook.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Sample, token and channel of an entry, from 1. */
export function entryOf(index: number, { tokens, channels }: Run["place"]): [number, number, number] {
  const row = Math.floor(index / channels);
  return [Math.floor(row / tokens) + 1, (row % tokens) + 1, (index % channels) + 1];
}

/** Every entry under every norm given; headings are English in every language: they are read by programs. */
export function entriesCsv(runs: readonly Run[]): string {
  return csv([
    ["norm", "sample", "token", "channel", "slice", "x", "y", "dy", "dx"],
    ...runs.flatMap(({ norm, place, slices, x, y, dy, dx }) =>
      Array.from(x, (value, i) => [
        norm,
        ...entryOf(i, place),
        (slices[i] ?? 0) + 1,
        ...[value, y[i], dy[i], dx[i]].map(number),
      ]),
    ),
  ]);
}

/** Every entry by the textbook's program and by the kernel. */
export function precisionCsv({ norm, place, slices, x, y }: Run, by: Textbook): string {
  return csv([
    ["norm", "sample", "token", "channel", "slice", "x", "y (textbook)", "y (kernel)"],
    ...Array.from(x, (value, i) => [
      norm,
      ...entryOf(i, place),
      (slices[i] ?? 0) + 1,
      ...[value, by.y[i], y[i]].map(number),
    ]),
  ]);
}
