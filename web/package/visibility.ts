import type { Engine } from "./engine.js";
import { describe, refuse, refuseShape, tagOf } from "./errors.js";
import { Operand } from "./operand.js";
import { checkNumber, whole, type Reader } from "./options.js";
import { broadcastIndex, formatShape, readShape, sizeOf, type Shape } from "./shape.js";
import type { Source } from "./sweep.js";

/**
 * Which keys can be seen, one entry per key: nonzero or true is visible. `n_k` entries for all matrices alike, or
 * `prod(L) * n_k` for one row of entries per matrix; with a shape, `[n_k]` or `[...L, n_k]` in which leading axes may be 1.
 */
export type Mask =
  | Uint8Array
  | readonly boolean[]
  | { readonly data: Uint8Array | readonly boolean[]; readonly shape: readonly number[] };

/** Keys at a distance of at most w, or at most `left` before and `right` after the query's own position. */
export type Window = number | readonly [left: number, right: number];

/**
 * The window as the kernels take it; -1 is no limit.
 *
 * @internal
 */
export interface KernelWindow {
  left: number;
  right: number;
}

const UNLIMITED = -1;

/**
 * Reads a `window` for n_q queries and n_k keys; without one there is no limit.
 *
 * @internal
 */
export const windowOf =
  (nQ: number, nK: number): Reader<KernelWindow> =>
  (operation, key, value) => {
    // No distance exceeds n_q + n_k, and the kernels count in 32 bits.
    const side = (size: unknown): number => Math.min(checkNumber(operation, key, size, whole(0)), nQ + nK);
    if (value === undefined) return { left: UNLIMITED, right: UNLIMITED };
    if (Array.isArray(value)) {
      const sides: unknown[] = value;
      if (sides.length !== 2) refuse("SHAPE", operation, key, `an array of ${String(sides.length)}`, "[left, right]");
      return { left: side(sides[0]), right: side(sides[1]) };
    }
    if (typeof value !== "number") refuse("TYPE", operation, key, describe(value), "a whole number or [left, right]");
    return { left: side(value), right: side(value) };
  };

/**
 * Reads a `mask` for matrices in an array of shape `leading` with `n_k` keys: one byte per key, one item per row.
 *
 * @internal
 */
export const maskOf =
  (engine: Engine, leading: Shape, nK: number): Reader<Source> =>
  (operation, key, mask) => {
    const words = "a Uint8Array, an array of booleans or { data, shape } with one of them";
    const from = (data: MaskData, itemOf?: (step: number) => number): Source => ({
      operand: new Operand(engine, [data.length], maskBytes(operation, key, data)),
      length: nK,
      itemOf,
    });
    if (isMaskData(mask)) {
      const all = sizeOf([...leading, nK]);
      if (mask.length === nK) return from(mask, () => 0);
      if (mask.length === all) return from(mask);
      const expected = `${String(nK)} or ${String(all)} to match the keys`;
      refuse("SHAPE", operation, key, String(mask.length), expected, "the length of mask");
    }
    if (typeof mask !== "object" || mask === null || ArrayBuffer.isView(mask)) {
      refuse("TYPE", operation, key, describe(mask), words);
    }
    const { data, shape } = mask as { data?: unknown; shape?: unknown };
    if (!isMaskData(data)) refuse("TYPE", operation, "mask.data", describe(data), words);
    const sizes = readShape(operation, key, shape, "mask.shape");
    const outer = sizes.slice(0, -1);
    const fits =
      sizes[sizes.length - 1] === nK &&
      (outer.length === 0 ||
        (outer.length === leading.length && outer.every((size, axis) => size === 1 || size === leading[axis])));
    if (!fits) {
      const full = formatShape([...leading, nK]);
      refuseShape(operation, key, sizes, `${formatShape([nK])} or ${full}, in which leading axes may be 1`);
    }
    if (data.length !== sizeOf(sizes)) {
      const expected = `${String(sizeOf(sizes))} to match its shape ${formatShape(sizes)}`;
      refuse("SHAPE", operation, key, String(data.length), expected, "the length of mask.data");
    }
    return from(data, broadcastIndex(leading, outer));
  };

type MaskData = Uint8Array | readonly unknown[];

const isMaskData = (value: unknown): value is MaskData => Array.isArray(value) || tagOf(value) === "Uint8Array";

function maskBytes(operation: string, key: string, data: MaskData): Uint8Array {
  if (!Array.isArray(data)) return data as Uint8Array;
  return Uint8Array.from(data as readonly unknown[], (entry, i) => {
    if (typeof entry !== "boolean") {
      refuse("TYPE", operation, key, `an array with ${describe(entry)} at ${String(i)}`, "true or false");
    }
    return entry ? 1 : 0;
  });
}
