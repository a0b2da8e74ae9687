import type { Call } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readOperand } from "./operand.js";
import { formatShape, sameShape, sizeOf, type Shape } from "./shape.js";
import type { Source } from "./sweep.js";

/** Queries and keys, checked against each other; a step of a sweep is one query matrix. */
export interface QueriesAndKeys {
  q: Source;
  k: Source;
  /** Leading axes of q, and of the result. */
  leading: Shape;
  steps: number;
  nQ: number;
  nK: number;
  d: number;
}

/**
 * Checks q [...L, n_q, d] and k [...L, n_k, d], d >= 1. With `grouped` the last axis of L may be smaller in k, if it divides
 * that of q: each key head then serves a group of consecutive query heads. `names` are what the two are called.
 */
export function readQueriesAndKeys(
  call: Call,
  qValue: unknown,
  kValue: unknown,
  grouped = false,
  qName = "q",
  kName = "k",
): QueriesAndKeys {
  const { operation } = call;
  const q = readOperand(call, qName, qValue);
  const rank = q.shape.length;
  if (rank < 2) refuseShape(operation, qName, q.shape, "[...,n,d], of rank 2 or more");
  const leading = q.shape.slice(0, -2);
  const nQ = q.shape[rank - 2] ?? 0;
  const d = q.shape[rank - 1] ?? 0;
  if (d < 1) refuseShape(operation, qName, q.shape, "d >= 1 as its last size");

  const k = readOperand(call, kName, kValue);
  const keyLeading = k.shape.slice(0, -2);
  const nK = k.shape[rank - 2] ?? 0;
  const group = grouped ? groupSize(leading, keyLeading) : sameShape(leading, keyLeading) ? 1 : 0;
  if (k.shape.length !== rank || k.shape[rank - 1] !== d || group === 0) {
    refuseShape(operation, kName, k.shape, `${expectedKeys(leading, d, grouped)} to match ${qName}`);
  }
  const itemOf = group === 1 ? undefined : (step: number) => Math.floor(step / group);
  return {
    q: { operand: q, length: nQ * d },
    k: { operand: k, length: nK * d, itemOf },
    ...{ leading, steps: sizeOf(leading), nQ, nK, d },
  };
}

/** Checks v [...L, n_k, d_v] against k. */
export function readValues(call: Call, vValue: unknown, { k, nK }: QueriesAndKeys): { v: Source; dV: number } {
  const v = readOperand(call, "v", vValue);
  const expected = k.operand.shape.slice(0, -1);
  const dV = v.shape.at(-1);
  if (v.shape.length !== k.operand.shape.length || dV === undefined || !sameShape(v.shape.slice(0, -1), expected)) {
    refuseShape(call.operation, "v", v.shape, `${formatShape([...expected, "d_v"])} to match k`);
  }
  return { v: { operand: v, length: nK * dV, itemOf: k.itemOf }, dV };
}

/** Query heads per key head; 0 if the shapes do not fit. Heads are the last leading axis, so groups are consecutive matrices. */
function groupSize(leading: Shape, keyLeading: Shape): number {
  const heads = leading.at(-1);
  const keyHeads = keyLeading.at(-1);
  if (sameShape(leading, keyLeading)) return 1;
  if (!sameShape(leading.slice(0, -1), keyLeading.slice(0, -1))) return 0;
  if (heads === undefined || keyHeads === undefined || keyHeads === 0 || heads % keyHeads !== 0) return 0;
  // No query heads: nothing will be computed, any size will do.
  return Math.max(1, heads / keyHeads);
}

function expectedKeys(leading: Shape, d: number, grouped: boolean): string {
  const heads = leading.at(-1);
  if (!grouped || heads === undefined) return formatShape([...leading, "n", d]);
  return `${formatShape([...leading.slice(0, -1), "h", "n", d])} with h a divisor of ${String(heads)}`;
}
