/** Files of the workspace's home, read part by part; one part of one file at a time, however many outputs ask. */

import { fromBase64 } from "../../net/base64";
import type { Link } from "../../net/socket";

export const PART = 512 * 1024;
/** What a page holds of one file. */
export const MOST = 200 * 1024 * 1024;

export interface Part {
  readonly size: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

let last: Promise<unknown> = Promise.resolve();

export function readPart(link: Link, path: string, offset: number, length: number): Promise<Part> {
  const next = last.then(async () => {
    const { size, data } = await link.ask<"file_part">({ type: "read_file", path, offset, length });
    return { size, data: fromBase64(data) };
  });
  last = next.catch(() => undefined);
  return next;
}

/** A whole file; `progress` is told its share, and says whether to go on. Throws when it is too large, or was cut meanwhile. */
export async function readFile(link: Link, path: string, progress: (share: number) => boolean): Promise<Uint8Array<ArrayBuffer>[] | null> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let have = 0; ; ) {
    const { size, data } = await readPart(link, path, have, PART);
    if (size > MOST) throw new Error("too large");
    parts.push(data);
    have += data.length;
    if (!progress(size === 0 ? 1 : have / size)) return null;
    if (have >= size || data.length === 0) return parts;
  }
}

/** Give bytes to the browser's downloads, of no type that it would show: what others wrote is never opened as a page of this site. */
export function save(name: string, parts: readonly Uint8Array<ArrayBuffer>[]): void {
  const address = URL.createObjectURL(new Blob([...parts], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
