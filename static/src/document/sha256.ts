/** The hash that tells whether a text is the one that ran.
 *
 * Not the browser's own: that is asynchronous, and absent where a page is served without TLS to other machines. */

import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export function sha256(text: string): string {
  return bytesToHex(hash(utf8ToBytes(text)));
}
