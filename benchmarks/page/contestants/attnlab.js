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
const onTwoThreads = (variant, reuses) => ({
  name: `attnlab ${variant}, pool of 2${reuses ? NAMES.reused : ""}`,
  kind: "ours",
  variant,
  form: reuses ? "reusedPool" : "pool",
  threads: 2,
  /** Its speed-up is measured against this contestant. */
  oneThread: `attnlab ${variant}${reuses ? NAMES.reused : ""}`,
  operations: {
    async attention({ heads, n, d, causal }, { q, k, v }) {
      if (!attnlab.createPool) throw new NotInThisBuild("createPool");
      const pool = await attnlab.createPool({ threads: 2, variant });
      const tensorOf = (data) => ({ data, shape: [heads, n, d] });
      const tensors = [q, k, v].map(tensorOf);
      const out = reuses ? tensorOf(new Float32Array(heads * n * d)) : undefined;
      let latest;
      return {
        async run() {
          latest = await pool.attention(...tensors, { causal, out });
        },
        result: () => latest.data,
        dispose: () => pool.terminate(),
      };
    },
  },
});

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
