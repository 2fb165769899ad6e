/** Files on their way to the server and back, part by part. */

import { newRunId } from "../../document/identifiers";
import { fromBase64, toBase64 } from "../../net/base64";
import type { Answer } from "../../net/messages";
import type { Link } from "../../net/socket";
import type { Export } from "../../net/wire/page";

export type Format = Export["format"];
/** How much of a file is through, from 0 to 1. */
export type Progress = (share: number) => void;

const PART = 384 * 1024;
/** Beyond what the server takes at once of a page, parts come as fast as it takes messages in the long run. */
const AT_ONCE = 8 * 1024 * 1024;
const PAUSE = 200;

/** Send a file and have it made a worksheet; ends without an answer once `gone` says so. */
export async function importFile(link: Link, file: File, progress: Progress, gone: () => boolean): Promise<Answer<"imported"> | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const id = newRunId();
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += PART) {
    if (gone()) return null;
    if (offset > AT_ONCE) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const data = toBase64(bytes.subarray(offset, offset + PART));
    const { have } = await link.ask<"uploaded">({ type: "upload", file: id, name: file.name.slice(-255), size: bytes.length, offset, data });
    progress(bytes.length === 0 ? 1 : have / bytes.length);
  }
  return gone() ? null : link.ask<"imported">({ type: "import", file: id });
}

/** Have a worksheet made a file, and fetch it. */
export async function exportFile(
  link: Link,
  document: string,
  format: Format,
  progress: (name: string, share: number) => void,
): Promise<Answer<"exported"> & { parts: Uint8Array<ArrayBuffer>[] }> {
  const made = await link.ask<"exported">({ type: "export", document, format });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let have = 0; have < made.size; ) {
    progress(made.name, have / made.size);
    const { data } = await link.ask<"downloaded">({ type: "download", file: made.file, offset: have });
    const part = fromBase64(data);
    // A server that sends nothing would be asked for ever.
    if (part.length === 0) throw new Error("");
    parts.push(part);
    have += part.length;
  }
  return { ...made, parts };
}
