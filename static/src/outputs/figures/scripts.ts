/** The scripts of figures: read from the workspace's files once in a page, and compared with the hash by which a figure names them. */

import type { Link } from "../../net/socket";
import { sha256 } from "../../net/sha256";
import { PART, readPart } from "../files/reading";
import { unpacked } from "./unpacked";

const FOLDER = ".sagews/scripts/";
/** Bytes of one script as it is kept. */
const MOST_KEPT = 16 * 1024 * 1024;

interface Kept {
  readonly text: string;
  /** As it lies in the file: gzip. */
  readonly packed: Blob;
}

/** How many a page holds: no home keeps more. */
const MOST_KNOWN = 16;

/** By hash, so that it does not matter whose files one came from. */
const known = new Map<string, Promise<Kept>>();

/** A script by its hash. Rejects when it is kept no more, or is another one. */
export function scriptOf(link: Link, name: string): Promise<Kept> {
  const found = known.get(name) ?? (known.size < MOST_KNOWN ? read(link, name) : Promise.reject(new Error("too many scripts")));
  known.set(name, found);
  // What failed may succeed when the cell has run again.
  found.catch(() => known.get(name) === found && known.delete(name));
  return found;
}

async function read(link: Link, name: string): Promise<Kept> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let have = 0, size = 1; have < size; ) {
    const part = await readPart(link, `${FOLDER}${name}.js.gz`, have, PART);
    size = part.size;
    if (size > MOST_KEPT || part.data.length === 0) throw new Error("no script");
    parts.push(part.data);
    have += part.data.length;
  }
  const packed = new Blob(parts);
  const script = await unpacked(packed);
  if ((await hashOf(script)) !== name) throw new Error("another script");
  return { text: new TextDecoder().decode(script), packed };
}

/** The browser's own hash is absent where a page is served without TLS to other machines; ours takes a tenth of a second. */
async function hashOf(script: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return sha256(new TextDecoder().decode(script));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", script));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
