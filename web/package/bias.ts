import type { Engine } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readOperand, type Operand } from "./operand.js";
import { broadcastIndex, formatShape, type Shape } from "./shape.js";

/** A checked bias: its matrices, and how one is read. */
export interface Bias {
  operand: Operand;
  /** Entries of one of its matrices. */
  length: number;
  /** Which of its matrices belongs to a matrix of the result. */
  matrixOf: (matrix: number) => number;
  rowStride: number;
  columnStride: number;
}

/** Checks the `bias` option: a tensor of rank 2 or of q's rank, each axis equal to that of `[...leading, n_q, n_k]` or 1. */
export function readBias(
  engine: Engine,
  operation: string,
  bias: unknown,
  leading: Shape,
  nQ: number,
  nK: number,
): Bias | undefined {
  if (bias === undefined) return undefined;
  const operand = readOperand(engine, operation, "bias", bias);
  const full = [...leading, nQ, nK];
  const { shape } = operand;
  const against = shape.length === 2 ? [nQ, nK] : full;
  if (shape.length !== against.length || shape.some((size, axis) => size !== 1 && size !== against[axis])) {
    const expected = leading.length === 0 ? formatShape(full) : `${formatShape([nQ, nK])} or ${formatShape(full)}`;
    refuseShape(operation, "bias", shape, `${expected}, in which any axis may be 1`);
  }
  const [rows = 1, columns = 1] = shape.slice(-2);
  return {
    operand,
    length: rows * columns,
    matrixOf: broadcastIndex(leading, shape.slice(0, -2)),
    rowStride: rows === 1 ? 0 : columns,
    columnStride: columns === 1 ? 0 : 1,
  };
}
