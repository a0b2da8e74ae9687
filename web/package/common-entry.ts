/**
 * Whether two arrays have an entry in common. If they lie in one buffer, their offsets tell which entry that would be: it is
 * changed through the first, looked at through the second, and put back. To ask arrays for their buffers, and to compare
 * these, takes five times as long.
 */
export function haveCommonEntry(written: Float32Array, read: Float32Array): boolean {
  const start = Math.max(written.byteOffset, read.byteOffset);
  const here = (start - written.byteOffset) / 4;
  const there = (start - read.byteOffset) / 4;
  if (here >= written.length || there >= read.length) return false;
  const before = written[here] as number;
  const other = read[there] === 0 ? 1 : 0;
  written[here] = other;
  const common = read[there] === other;
  written[here] = before;
  return common;
}
