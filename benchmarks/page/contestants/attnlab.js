/**
 * attnlab itself: each of its two binaries with plain tensors (copied in and out by every call), which give a fresh result
 * or fill the same `out` again, and with residents (which stay in WebAssembly memory). And its pool of two workers, with
 * plain tensors, in both ways.
 */
import * as attnlab from "/attnlab/dist/index.js";
import { attnlabOperations, NotInThisBuild } from "./attnlab_operations.js";

const VARIANTS = ["relaxed", "simd"];

/** What a form adds to the name. */
const NAMES = { tensors: "", reused: ", out", residents: ", residents" };

async function onOneThread(variant, form) {
  const lab = await attnlab.load({ variant });
  return {
    name: `attnlab ${variant}${NAMES[form]}`,
    kind: "ours",
    variant,
    form,
    threads: 1,
    operations: attnlabOperations(lab, form),
  };
}

/** The pool has its operations as promises; a case opens it and ends it. */
function onTwoThreads(variant, reuses) {
  const pooled = async (operation, operands, shape, options) => {
    if (!attnlab.createPool) throw new NotInThisBuild("createPool");
    const pool = await attnlab.createPool({ threads: 2, variant });
    const out = reuses ? { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape } : undefined;
    const call = pool[operation].bind(pool, ...operands, { ...options, out });
    let latest;
    return {
      async run() {
        latest = await call();
      },
      result: () => latest.data,
      dispose: () => pool.terminate(),
    };
  };
  const attention = ({ heads, n, d, causal }, { q, k, v }) => {
    const shape = [heads, n, d];
    const operands = [q, k, v].map((data) => ({ data, shape }));
    return pooled("attention", operands, shape, { causal });
  };
  const matmul = ({ m, k, n }, { a, b }) => {
    const operands = [
      { data: a, shape: [m, k] },
      { data: b, shape: [k, n] },
    ];
    return pooled("matmul", operands, [m, n], {});
  };
  const ending = reuses ? NAMES.reused : "";
  return {
    name: `attnlab ${variant}, pool of 2${ending}`,
    kind: "ours",
    variant,
    form: reuses ? "reusedPool" : "pool",
    threads: 2,
    /** Its speed-up is measured against this contestant. */
    oneThread: `attnlab ${variant}${ending}`,
    operations: reuses ? { attention } : { attention, matmul },
  };
}

/** Every form that this engine can run; engines without relaxed SIMD lack its forms. */
export async function contestants() {
  const forms = [];
  for (const variant of VARIANTS) {
    try {
      for (const form of Object.keys(NAMES)) forms.push(await onOneThread(variant, form));
      for (const reuses of [false, true]) forms.push(onTwoThreads(variant, reuses));
    } catch (error) {
      if (variant === "simd" || error.code !== "LOAD") throw error;
    }
  }
  return forms;
}
