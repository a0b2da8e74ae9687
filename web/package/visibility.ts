import { describe, refuse, refuseShape, tagOf } from "./errors.js";
import { spanOf, type Span } from "./operand.js";
import { checkNumber, count, readFlag } from "./options.js";
import { broadcastIndex, formatShape, readShape, sizeOf, type Shape } from "./shape.js";

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
 * Checks `causal` and `window` together, in this order.
 *
 * @internal
 */
export function readWindow(operation: string, causal: unknown, window: unknown, nQ: number, nK: number): KernelWindow {
  const isCausal = readFlag(operation, "causal", causal, false);
  // No distance exceeds n_q + n_k, and the kernels count in 32 bits.
  const side = (value: unknown): number => Math.min(checkNumber(operation, "window", value, count, "window"), nQ + nK);
  const { left, right } = readSides(operation, window, side);
  return { left, right: isCausal ? 0 : right };
}

function readSides(operation: string, window: unknown, side: (value: unknown) => number): KernelWindow {
  if (window === undefined) return { left: UNLIMITED, right: UNLIMITED };
  if (Array.isArray(window)) {
    const sides: unknown[] = window;
    if (sides.length !== 2) {
      refuse("SHAPE", operation, "window", `an array of ${String(sides.length)}`, "[left, right]");
    }
    return { left: side(sides[0]), right: side(sides[1]) };
  }
  if (typeof window !== "number") refuse("TYPE", operation, "window", describe(window), "a number or [left, right]");
  const reach = side(window);
  return { left: reach, right: reach };
}

/**
 * A checked mask: bytes, where each matrix finds its own, and what they occupy.
 *
 * @internal
 */
export interface KeyMask {
  bytes: Uint8Array;
  /** Row of `n_k` bytes that belongs to a matrix. */
  rowOf: (matrix: number) => number;
  span?: Span;
}

/**
 * Checks the `mask` option for matrices in an array of shape `leading` with `n_k` keys.
 *
 * @internal
 */
export function readMask(operation: string, mask: unknown, leading: Shape, nK: number): KeyMask | undefined {
  if (mask === undefined) return undefined;
  const words = "a Uint8Array, an array of booleans or { data, shape } with one of them";
  if (isMaskData(mask)) {
    const each = [...leading, nK];
    if (mask.length === nK) return keyMask(operation, mask, () => 0);
    if (mask.length === sizeOf(each)) return keyMask(operation, mask, (matrix) => matrix);
    const expected = `${String(nK)} or ${String(sizeOf(each))} to match the keys`;
    refuse("SHAPE", operation, "mask", String(mask.length), expected, "the length of mask");
  }
  if (typeof mask !== "object" || mask === null || ArrayBuffer.isView(mask)) {
    refuse("TYPE", operation, "mask", describe(mask), words);
  }
  const { data, shape } = mask as { data?: unknown; shape?: unknown };
  if (!isMaskData(data)) refuse("TYPE", operation, "mask", describe(data), words, "mask.data");
  const sizes = readShape(operation, "mask", shape, "mask.shape");
  const outer = sizes.slice(0, -1);
  const fits =
    sizes[sizes.length - 1] === nK &&
    (outer.length === 0 ||
      (outer.length === leading.length && outer.every((size, axis) => size === 1 || size === leading[axis])));
  if (!fits) {
    const full = formatShape([...leading, nK]);
    refuseShape(operation, "mask", sizes, `${formatShape([nK])} or ${full}, in which leading axes may be 1`);
  }
  if (data.length !== sizeOf(sizes)) {
    const expected = `${String(sizeOf(sizes))} to match its shape ${formatShape(sizes)}`;
    refuse("SHAPE", operation, "mask", String(data.length), expected, "the length of mask.data");
  }
  return keyMask(operation, data, broadcastIndex(leading, outer));
}

type MaskData = Uint8Array | readonly unknown[];

const isMaskData = (value: unknown): value is MaskData => Array.isArray(value) || tagOf(value) === "Uint8Array";

function keyMask(operation: string, data: MaskData, rowOf: (matrix: number) => number): KeyMask {
  if (!Array.isArray(data)) {
    const bytes = data as Uint8Array;
    return { bytes, rowOf, span: spanOf(bytes) };
  }
  const entries = data as readonly unknown[];
  const bytes = new Uint8Array(entries.length);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (typeof entry !== "boolean") {
      refuse("TYPE", operation, "mask", `an array with ${describe(entry)} at ${String(i)}`, "true or false");
    }
    bytes[i] = entry ? 1 : 0;
  }
  return { bytes, rowOf };
}
