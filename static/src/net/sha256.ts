/** The hash that tells whether a text is the one that ran.
 *
 * Not the browser's own: that is asynchronous, and absent where a page is served without TLS to other machines. */

import { sha256 as hash } from "@noble/hashes/sha2.js";

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export function sha256(text: string): string {
  return Array.from(hash(new TextEncoder().encode(text)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
