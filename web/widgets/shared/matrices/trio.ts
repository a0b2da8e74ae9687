import type { SVGTemplateResult, TemplateResult } from "lit";
import { cells } from "../charts/cells.js";
import { ColorMap, tone } from "../charts/color-map.js";
import { GridBuilder } from "../charts/grid.js";
import { linked, type LinkedPicture, type Pointing } from "./linked.js";
import type { Matrix } from "./softmax.js";

export type { Entry, Pointing } from "./linked.js";

export interface TrioProps extends Pointing {
  /** What the matrices belong to: they are drawn again when it is another. */
  readonly source: unknown;
  readonly label: string;
  /** The exact matrix, whose largest entry is the end of all scales, and what stands in for it. */
  readonly matrices: readonly [exact: Matrix, other: Matrix];
  /** Of these two and their difference. */
  readonly labels: readonly [exact: string, other: string, difference: string];
  readonly note: string;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The largest entry, without its sign. */
export const largest = ({ values }: Matrix): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A matrix in colors up to `most`; with `signed`, those of an entry and of its negative are apart. */
export const coloredCells = (
  matrix: Matrix,
  most: number,
  signed: boolean,
  dark: boolean,
  place: Place,
): SVGTemplateResult =>
  cells({
    rows: matrix.rows,
    columns: matrix.columns,
    share: (row, column) => {
      const value = matrix.values[row * matrix.columns + column] ?? Number.NaN;
      return signed ? 0.5 + 0.5 * Math.sign(value) * tone(Math.abs(value), most) : tone(value, most);
    },
    colors: signed ? ColorMap.signed(dark) : ColorMap.of(dark),
    ...place,
  });

/** A picture of a matrix for {@link linked}: by magnitude up to `most`, or, signed, apart from 0 in two colors. */
export const matrixPicture = (
  name: string,
  matrix: Matrix,
  most: number,
  dark: boolean,
  signed = false,
): LinkedPicture => ({
  name,
  source: [matrix, most, dark],
  draw: (width, height) => coloredCells(matrix, most, signed, dark, { left: 0, top: 0, width, height }),
});

/** Most rows and columns that a picture of some 200 pixels can show one by one. */
export const mostCells = 128;

/** The same with blocks of entries averaged, where there are more than can be shown. */
export function averaged(matrix: Matrix): Matrix & { readonly block: number } {
  const { rows, columns, values } = matrix;
  const grid = new GridBuilder(rows, columns, mostCells);
  for (let i = 0; i < rows; i++) grid.add(i, values.subarray(i * columns, (i + 1) * columns));
  const { rows: down, columns: across, values: means, blockRows } = grid.finish();
  return blockRows === 1
    ? { ...matrix, block: 1 }
    : { rows: down, columns: across, values: Float64Array.from(means), block: blockRows };
}

/** A square matrix, another in its place, and their difference, with one mark for all. */
export function trio({ source, label, labels, matrices, note, dark, pointed, onPoint }: TrioProps): TemplateResult {
  const [exact, other] = matrices;
  const most = largest(exact);
  const difference = (): Matrix => ({
    ...exact,
    values: other.values.map((value, i) => value - (exact.values[i] ?? 0)),
  });
  const picture = (i: 0 | 1 | 2, matrix: () => Matrix): LinkedPicture => ({
    name: labels[i],
    source: [source, dark],
    draw: (width, height) => coloredCells(matrix(), most, i === 2, dark, { left: 0, top: 0, width, height }),
  });
  return linked({
    kind: "trio",
    label,
    rows: exact.rows,
    columns: exact.columns,
    pictures: [picture(0, () => exact), picture(1, () => other), picture(2, difference)],
    pointed,
    onPoint,
    note,
  });
}
