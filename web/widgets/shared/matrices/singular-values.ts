import type { Matrix } from "./softmax.js";

/** A = U diag(values) Wᵀ; columns of U and W are kept as rows here. */
export interface Decomposition {
  readonly rows: number;
  readonly columns: number;
  /** Descending. */
  readonly values: Float64Array;
  /** Row r is the r-th left singular vector times its value. */
  readonly scaledLeft: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

const sweeps = 30;
const negligible = 1e-15;

/**
 * Singular values and vectors by one-sided Jacobi rotations, which find small values to high relative precision; for the few
 * dozen rows of a picture. Source: Golub and Van Loan, Matrix Computations, 8.6.3. `right`: whether the right vectors are
 * wanted, too, which are half of the work.
 */
export function singularValues({ rows, columns, values }: Matrix, right = true): Decomposition {
  const left = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => values[i * columns + j] ?? 0),
  );
  const units = Array.from({ length: columns }, (_, j) => {
    const unit = new Float64Array(right ? columns : 0);
    if (right) unit[j] = 1;
    return unit;
  });
  const squares = new Float64Array(columns);
  for (let sweep = 0, turned = true; turned && sweep < sweeps; sweep++) {
    turned = false;
    // Followed through the rotations of a sweep, and anew for the next, so that no error builds up.
    left.forEach((column, j) => (squares[j] = dot(column, column)));
    for (let p = 0; p < columns - 1; p++) {
      for (let q = p + 1; q < columns; q++) {
        const [a, b] = [left[p], left[q]] as [Float64Array, Float64Array];
        const [alpha, beta, gamma] = [squares[p] ?? 0, squares[q] ?? 0, dot(a, b)];
        if (Math.abs(gamma) <= negligible * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        rotate(a, b, c, c * t);
        rotate(units[p] as Float64Array, units[q] as Float64Array, c, c * t);
        squares[p] = alpha - t * gamma;
        squares[q] = beta + t * gamma;
      }
    }
  }
  const norms = left.map((column) => Math.sqrt(dot(column, column)));
  const order = norms.map((_, j) => j).sort((i, j) => (norms[j] ?? 0) - (norms[i] ?? 0));
  return {
    rows,
    columns,
    values: Float64Array.from(order, (j) => norms[j] ?? 0).slice(0, Math.min(rows, columns)),
    scaledLeft: order.map((j) => left[j] as Float64Array),
    right: order.map((j) => units[j] as Float64Array),
  };
}

/** The nearest matrix of at most this rank (Eckart and Young). */
export function nearestOfRank({ rows, columns, values, scaledLeft, right }: Decomposition, rank: number): Matrix {
  const sum = new Float64Array(rows * columns);
  for (let r = 0; r < Math.min(rank, values.length); r++) {
    const [u, w] = [scaledLeft[r] as Float64Array, right[r] as Float64Array];
    u.forEach((left, i) => {
      w.forEach((other, j) => {
        sum[i * columns + j] = (sum[i * columns + j] ?? 0) + left * other;
      });
    });
  }
  return { rows, columns, values: sum };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function rotate(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}
