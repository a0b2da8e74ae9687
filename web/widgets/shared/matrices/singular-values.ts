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
 * dozen rows of a picture. Source: Golub and Van Loan, Matrix Computations, 8.6.3.
 */
export function singularValues({ rows, columns, values }: Matrix): Decomposition {
  const left = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => values[i * columns + j] ?? 0),
  );
  const right = Array.from({ length: columns }, (_, j) => {
    const unit = new Float64Array(columns);
    unit[j] = 1;
    return unit;
  });
  for (let sweep = 0, turned = true; turned && sweep < sweeps; sweep++) {
    turned = false;
    for (let p = 0; p < columns - 1; p++) {
      for (let q = p + 1; q < columns; q++) {
        const [a, b] = [left[p], left[q]] as [Float64Array, Float64Array];
        const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(gamma) <= negligible * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        rotate(a, b, c, c * t);
        rotate(right[p] as Float64Array, right[q] as Float64Array, c, c * t);
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
    right: order.map((j) => right[j] as Float64Array),
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
