/**
 * attnlab itself, in four forms: each of its two binaries, with plain tensors (copied in and out by every call, as a
 * peer's are) and with residents (which stay in WebAssembly memory).
 */
import { load } from "/attnlab/dist/index.js";

/** @param {"relaxed" | "simd"} variant @param {boolean} resident */
async function contestant(variant, resident) {
  const lab = await load({ variant });
  return {
    name: `attnlab ${variant}${resident ? ", residents" : ""}`,
    kind: "ours",
    variant,
    operations: {
      attention({ heads, n, d, causal }, { q, k, v }) {
        const shape = [heads, n, d];
        const tensors = [q, k, v].map((data) => lab.tensor(data, shape));
        const operands = resident ? tensors.map((tensor) => lab.resident(tensor)) : tensors;
        const residentOut = resident ? lab.resident(shape) : undefined;
        const options = residentOut ? { causal, out: residentOut } : { causal };
        let latest;
        return {
          run() {
            latest = lab.attention(...operands, options);
          },
          result: () => (residentOut ? residentOut.tensor().data : latest.data),
          dispose() {
            for (const held of residentOut ? [...operands, residentOut] : []) held.dispose();
          },
        };
      },
    },
  };
}

/** Every form that this engine can run; engines without relaxed SIMD have two of them. */
export async function contestants() {
  const forms = [];
  for (const variant of ["relaxed", "simd"]) {
    for (const resident of [false, true]) {
      try {
        forms.push(await contestant(variant, resident));
      } catch (error) {
        if (variant === "simd" || error.code !== "LOAD") throw error;
      }
    }
  }
  return forms;
}
