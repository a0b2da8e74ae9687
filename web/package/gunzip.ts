/** What is wrong with the input is told where the output is read. */
const ignore = (): void => undefined;

/** The bytes that gzip packed. Chunk by chunk: by way of a Blob or a Response, browsers take twice as long. */
export async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { writable, readable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.write(packed).catch(ignore);
  writer.close().catch(ignore);
  // The file ends with the length of what it holds.
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
  const unpacked = new Uint8Array(length);
  const reader = readable.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return unpacked;
    unpacked.set(value, at);
    at += value.length;
  }
}
