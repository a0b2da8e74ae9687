import { gunzip } from "../../package/gunzip.js";

/**
 * The file of 16-bit numbers that `packPlanes` (tools/lib/planes.mjs) packed: first the lower bytes of all its numbers, then
 * the upper ones. Apart, the upper bytes, which are much alike, take a third less room.
 */
export async function unpackPlanes(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const planes = await gunzip(packed);
  const half = planes.length / 2;
  return planes.map((_, i) => planes[i / 2 + (i % 2) * (half - 0.5)] ?? 0);
}
