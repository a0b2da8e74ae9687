import type { Call } from "./engine.js";
import { refuseShape } from "./errors.js";
import type { QueriesAndKeys } from "./heads.js";
import { readOperand } from "./operand.js";
import type { Reader } from "./options.js";
import { broadcastIndex, formatShape } from "./shape.js";
import type { Source } from "./sweep.js";

/** A checked bias: its matrices, and how one is read. */
export interface Bias extends Source {
  rowStride: number;
  columnStride: number;
}

/** Reads a `bias`: a tensor of rank 2 or of q's rank, each axis equal to that of `[...leading, n_q, n_k]` or 1. */
export const biasOf =
  (call: Call, { leading, nQ, nK }: QueriesAndKeys): Reader<Bias> =>
  (operation, key, value) => {
    const operand = readOperand(call, key, value);
    const full = [...leading, nQ, nK];
    const { shape } = operand;
    const against = shape.length === 2 ? [nQ, nK] : full;
    if (shape.length !== against.length || shape.some((size, axis) => size !== 1 && size !== against[axis])) {
      const expected = leading.length === 0 ? formatShape(full) : `${formatShape([nQ, nK])} or ${formatShape(full)}`;
      refuseShape(operation, key, shape, `${expected}, in which any axis may be 1`);
    }
    const [rows = 1, columns = 1] = shape.slice(-2);
    return {
      operand,
      length: rows * columns,
      itemOf: broadcastIndex(leading, shape.slice(0, -2)),
      rowStride: rows === 1 ? 0 : columns,
      columnStride: columns === 1 ? 0 : 1,
    };
  };
