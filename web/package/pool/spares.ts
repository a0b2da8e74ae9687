import type { Piece } from "./parts.js";

/** Bytes that are kept for the next call. */
const MOST = 1 << 26;
/** Bytes of a buffer that is worth it: to look for a smaller one would take longer than to make it. */
const LEAST = 1 << 16;

/**
 * Buffers that came back from workers, to be filled again. To touch new memory for the first time costs ten times as
 * much as to copy what is in a cache.
 */
let spares: ArrayBuffer[] = [];

/** An array of the same kind as `model`, with anything in it. */
export function arrayLike(model: Piece["data"], size: number): Piece["data"] {
  const bytes = size * model.BYTES_PER_ELEMENT;
  const spare = spares.find(({ byteLength }) => byteLength === bytes);
  spares = spares.filter((other) => other !== spare);
  return new (model.constructor as Float32ArrayConstructor | Uint8ArrayConstructor)(spare ?? new ArrayBuffer(bytes));
}

/** Keeps buffers that nobody uses any more, the newest that there is room for. */
export function keep(buffers: Iterable<ArrayBuffer>): void {
  let room = MOST;
  spares = [...buffers, ...spares].filter(
    ({ byteLength }) => byteLength >= LEAST && byteLength <= room && (room -= byteLength) >= 0,
  );
}

/** Forgets them. */
export const dropSpares = (): void => {
  spares = [];
};
