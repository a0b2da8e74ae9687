import { refuseDisposed, ResidentTensor } from "../resident.js";
import { readTensorLike, type Tensor } from "../tensor.js";
import { byName } from "./read-call.js";

/**
 * What the results of a call are put into: the name of the result, or "" if it is the only one, the caller's `out`, and
 * the entries that it had when the call was made, if it is no resident.
 */
export type CallOuts = readonly (readonly [name: string, out: Tensor, data: Float32Array])[];

/** Takes up the option `out` of a call that has been checked. */
export const outsOf = (option: unknown): CallOuts =>
  Object.entries(byName(option)).flatMap(([name, out]) => (out ? [[name, out, out.data]] : []));

/** Where the results are to be written, now; DISPOSED or SHAPE if there is no such place any more. */
export const targetsOf = (operation: string, outs: CallOuts): Record<string, Float32Array> =>
  Object.fromEntries(
    outs.map(([name, out, data]) => {
      const place = name ? `out.${name}` : "out";
      if (!(out instanceof ResidentTensor))
        return [name, readTensorLike(operation, place, { data, shape: out.shape }).data];
      return [name, out.pointer ? out.view : refuseDisposed(operation, place)];
    }),
  );

/** The results of a call, with what they were put into in their places. */
export function withOuts(outs: CallOuts, value: unknown): unknown {
  const results = byName(value);
  for (const [name, out] of outs) results[name] = out;
  return results[""] ?? value;
}
