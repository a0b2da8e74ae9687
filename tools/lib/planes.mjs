// Files of 16-bit numbers, packed for the widgets that carry them.

import { constants, gzipSync } from "node:zlib";

/**
 * Packs a file by gzip, the bytes at even places (of 16-bit numbers: the lower ones) before those at odd places. The lower bytes
 * are noise, the upper ones much alike; in turns, gzip cannot tell them apart. web/widgets/shared/planes.ts unpacks.
 * @param {Uint8Array} bytes An even number of them.
 * @returns {Uint8Array}
 */
export function packPlanes(bytes) {
  if (bytes.length % 2 !== 0) throw new RangeError("A file of 16-bit numbers has an even length.");
  const planes = [0, 1].map((odd) => bytes.filter((_, i) => i % 2 === odd));
  // There is nothing to find twice, and short blocks let the code change where the upper bytes begin.
  return new Uint8Array(gzipSync(Buffer.concat(planes), { strategy: constants.Z_HUFFMAN_ONLY, memLevel: 7 }));
}
