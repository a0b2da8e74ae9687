/** What is wrong with the input is told where the output is read. */
const ignore = (): void => undefined;

/** The bytes that gzip packed. Written to the stream as they are: by way of a Blob, browsers take twice as long. */
export async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { writable, readable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.write(packed).catch(ignore);
  writer.close().catch(ignore);
  return new Uint8Array(await new Response(readable).arrayBuffer());
}
