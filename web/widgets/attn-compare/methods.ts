import type { Lab, TensorLike } from "../../package/index.js";

/** Methods that are computed by the kernels, in the order of the pictures. */
export const methodNames = ["performer", "nystrom", "linear", "sparse"] as const;
export type MethodName = (typeof methodNames)[number];

/** With a budget of m: m random features, m landmarks, m keys in a window around the query. Linear attention has d features. */
export function apply(
  lab: Lab,
  method: MethodName,
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  budget: number,
  seed: number,
): Float32Array {
  if (method === "performer") return lab.performer(q, k, v, { features: budget, seed }).data;
  if (method === "linear") return lab.linearAttention(q, k, v).data;
  const n = q.shape.at(-2) ?? 1;
  if (method === "nystrom") return lab.nystromformer(q, k, v, { landmarks: Math.min(budget, n) }).data;
  return lab.sparseAttention(q, k, v, { window: windowOf(budget) }).data;
}

/** Keys on the left and on the right: with the query's own, as many as the budget. */
export const windowOf = (budget: number): [left: number, right: number] => [
  Math.ceil((budget - 1) / 2),
  Math.floor((budget - 1) / 2),
];

/** The same as an expression of a program, in which q, k, v and seed are known. */
export const methodCode = (method: MethodName, budget: number, n: number): string =>
  ({
    performer: `lab.performer(q, k, v, { features: ${budget}, seed })`,
    nystrom: `lab.nystromformer(q, k, v, { landmarks: ${Math.min(budget, n)} })`,
    linear: "lab.linearAttention(q, k, v)",
    sparse: `lab.sparseAttention(q, k, v, { window: [${windowOf(budget).join(", ")}] })`,
  })[method];
