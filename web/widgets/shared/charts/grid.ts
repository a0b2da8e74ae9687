/**
 * A matrix made to fit on a screen: entry (r, c) is the mean over a block of `blockRows` x `blockColumns` entries, 1 x 1
 * where there are pixels enough. The last block of a row or column may be short and is averaged over what it has.
 */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  /** rows x columns, row-major. */
  readonly values: Float32Array;
  readonly sourceRows: number;
  readonly sourceColumns: number;
}

/** Collects a matrix row by row, so that n x n numbers never need to be held at once. */
export class GridBuilder {
  private readonly sums: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;

  /** @param limit most rows and columns of the result */
  constructor(
    private readonly sourceRows: number,
    private readonly sourceColumns: number,
    limit: number,
  ) {
    this.blockRows = Math.max(1, Math.ceil(sourceRows / limit));
    this.blockColumns = Math.max(1, Math.ceil(sourceColumns / limit));
    this.rows = Math.ceil(sourceRows / this.blockRows);
    this.columns = Math.ceil(sourceColumns / this.blockColumns);
    this.sums = new Float64Array(this.rows * this.columns);
  }

  /** Adds source row `index`; `values` may be shorter than a row: what is missing counts as zero. */
  add(index: number, values: ArrayLike<number>): void {
    const start = Math.floor(index / this.blockRows) * this.columns;
    const count = Math.min(values.length, this.sourceColumns);
    for (let j = 0; j < count; j++) {
      const at = start + Math.floor(j / this.blockColumns);
      this.sums[at] = (this.sums[at] ?? 0) + (values[j] ?? 0);
    }
  }

  finish(): Grid {
    const { rows, columns, blockRows, blockColumns, sourceRows, sourceColumns } = this;
    const values = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      const height = Math.min(blockRows, sourceRows - r * blockRows);
      for (let c = 0; c < columns; c++) {
        const width = Math.min(blockColumns, sourceColumns - c * blockColumns);
        values[r * columns + c] = (this.sums[r * columns + c] ?? 0) / (height * width);
      }
    }
    return { rows, columns, blockRows, blockColumns, values, sourceRows, sourceColumns };
  }
}

/** Grid of a whole matrix, row-major. */
export function gridOf(values: Float32Array, rows: number, columns: number, limit: number): Grid {
  const builder = new GridBuilder(rows, columns, limit);
  for (let i = 0; i < rows; i++) builder.add(i, values.subarray(i * columns, (i + 1) * columns));
  return builder.finish();
}

/** How many columns of grid row `row` hold something when source row i sees its first `visible(i)` columns. */
export function visibleColumns(grid: Grid, row: number, visible: (sourceRow: number) => number): number {
  const last = Math.min(grid.sourceRows, (row + 1) * grid.blockRows) - 1;
  return Math.min(grid.columns, Math.ceil(visible(last) / grid.blockColumns));
}

const found = new WeakMap<Grid, number>();

/** Largest value, 0 for an empty grid; looked for once, since a picture asks each time that it is drawn. */
export function largest(grid: Grid): number {
  const most = found.get(grid) ?? grid.values.reduce((most, value) => (value > most ? value : most), 0);
  found.set(grid, most);
  return most;
}
