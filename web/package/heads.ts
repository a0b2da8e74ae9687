import type { Engine } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readOperand, type Operand } from "./operand.js";
import { formatShape, sameShape, type Shape } from "./shape.js";

/** Queries and keys, checked against each other. */
export interface QueriesAndKeys {
  q: Operand;
  k: Operand;
  /** Leading axes of q, and of the result. */
  leading: Shape;
  nQ: number;
  nK: number;
  d: number;
  /** Which key matrix a query matrix attends to: its own, or the one its group of heads shares. */
  keysOf: (matrix: number) => number;
}

/**
 * Checks q [...L, n_q, d] and k [...L, n_k, d], d >= 1. With `grouped` the last axis of L may be smaller in k, if it divides
 * that of q: each key head then serves a group of consecutive query heads.
 */
export function readQueriesAndKeys(
  engine: Engine,
  operation: string,
  qValue: unknown,
  kValue: unknown,
  grouped: boolean,
): QueriesAndKeys {
  const q = readOperand(engine, operation, "q", qValue);
  if (q.shape.length < 2) refuseShape(operation, "q", q.shape, "[...,n,d], of rank 2 or more");
  const leading = q.shape.slice(0, -2);
  const [nQ = 0, d = 0] = q.shape.slice(-2);
  if (d < 1) refuseShape(operation, "q", q.shape, "d >= 1 as its last size");

  const k = readOperand(engine, operation, "k", kValue);
  const keyLeading = k.shape.slice(0, -2);
  const [nK = 0, keyD] = k.shape.slice(-2);
  const group = grouped ? groupSize(leading, keyLeading) : sameShape(leading, keyLeading) ? 1 : 0;
  if (k.shape.length !== q.shape.length || keyD !== d || group === 0) {
    refuseShape(operation, "k", k.shape, `${expectedKeys(leading, d, grouped)} to match q`);
  }
  const keysOf = group === 1 ? (matrix: number) => matrix : (matrix: number) => Math.floor(matrix / group);
  return { q, k, leading, nQ, nK, d, keysOf };
}

/** Checks v [...L, n_k, d_v] against k. */
export function readValues(engine: Engine, operation: string, vValue: unknown, k: Operand): { v: Operand; dV: number } {
  const v = readOperand(engine, operation, "v", vValue);
  const dV = v.shape[v.shape.length - 1];
  if (v.shape.length !== k.shape.length || dV === undefined || !sameShape(v.shape.slice(0, -1), k.shape.slice(0, -1))) {
    refuseShape(operation, "v", v.shape, `${formatShape([...k.shape.slice(0, -1), "d_v"])} to match k`);
  }
  return { v, dV };
}

/** Query heads per key head; 0 if the shapes do not fit. Heads are the last leading axis, so groups are consecutive matrices. */
function groupSize(leading: Shape, keyLeading: Shape): number {
  const heads = leading[leading.length - 1];
  const keyHeads = keyLeading[keyLeading.length - 1];
  if (sameShape(leading, keyLeading)) return 1;
  if (!sameShape(leading.slice(0, -1), keyLeading.slice(0, -1))) return 0;
  if (heads === undefined || keyHeads === undefined || keyHeads === 0 || heads % keyHeads !== 0) return 0;
  // No query heads: nothing will be computed, any size will do.
  return Math.max(1, heads / keyHeads);
}

function expectedKeys(leading: Shape, d: number, grouped: boolean): string {
  const heads = leading[leading.length - 1];
  if (!grouped || heads === undefined) return formatShape([...leading, "n", d]);
  return `${formatShape([...leading.slice(0, -1), "h", "n", d])} with h a divisor of ${String(heads)}`;
}
