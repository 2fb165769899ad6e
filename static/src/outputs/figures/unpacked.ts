/** Bytes of one script as it runs (sagews/session/figures/scripts.py); a few kilobytes could unpack to gigabytes. */
const MOST = 32 * 1024 * 1024;

/** What gzip has packed. Rejects when it is too much, or no gzip. */
export async function unpacked(packed: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const reader = packed.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const found: Uint8Array<ArrayBuffer>[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST) throw new Error("too large");
    found.push(value);
  }
  return new Uint8Array(await new Blob(found).arrayBuffer());
}
