/** A matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Softmax of scale q kᵀ in each row, in double precision: what every approximation on the pages is held to. */
export function softmaxAttention(q: ArrayLike<number>, k: ArrayLike<number>, d: number, scale: number): Matrix {
  const [rows, columns] = [q.length / d, k.length / d];
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j < columns; j++) {
      let dot = 0;
      for (let c = 0; c < d; c++) dot += (q[i * d + c] ?? 0) * (k[j * d + c] ?? 0);
      row[j] = scale * dot;
    }
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    row.forEach((logit, j) => {
      row[j] = Math.exp(logit - most);
      sum += row[j] ?? 0;
    });
    row.forEach((weight, j) => {
      row[j] = weight / sum;
    });
  }
  return { rows, columns, values };
}

/** Every weight 1 / n: attention that looks at nothing. */
export const uniformAttention = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: new Float64Array(rows * columns).fill(1 / columns),
});

/** A matrix of these numbers. */
export const matrixOf = (values: ArrayLike<number>, rows: number, columns: number): Matrix => ({
  rows,
  columns,
  values: Float64Array.from(values),
});
