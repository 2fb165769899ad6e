/** The hash that tells whether a text is the one that ran; it keeps no secret.
 *
 * Not the browser's own: that is asynchronous, and absent where a page is served without TLS to other machines. Nor a
 * package: it would be a thirtieth of what a worksheet has to load before it is seen. FIPS 180-4 names the steps. */

/** The first bits behind the point of the square roots of the first primes (FIPS 180-4, 5.3.3) and of their cube roots (4.2.2). */
const START: number[] = [];
const ROUNDS: number[] = [];
for (let number = 2; ROUNDS.length < 64; number += 1) {
  let factor = 2;
  while (number % factor) factor += 1;
  if (factor < number) continue;
  if (START.length < 8) START.push(number ** (1 / 2) * 2 ** 32);
  ROUNDS.push((number ** (1 / 3) * 2 ** 32) | 0);
}

/** SHA-256 of a text's UTF-8 bytes, fewer than 2^29, in hexadecimal. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  // Behind the text come one bit, zeros, and its length in bits at the end of a block of 64 bytes.
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const hash = Int32Array.from(START, (start) => start | 0);
  for (let offset = 0; offset < padded.length; offset += 64) mix(hash, view, offset);
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const words = new Int32Array(64);
const turned = (word: number, by: number) => (word >>> by) | (word << (32 - by));
const mixed = (word: number, one: number, two: number, three: number) => turned(word, one) ^ turned(word, two) ^ turned(word, three);

/** Take one block of 64 bytes into the hash. */
function mix(hash: Int32Array, view: DataView, offset: number): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  for (let round = 0; round < 64; round += 1) {
    if (round < 16) words[round] = view.getInt32(offset + 4 * round);
    else {
      const far = words[round - 15]!;
      const near = words[round - 2]!;
      const small = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      words[round] = words[round - 16]! + small + words[round - 7]! + (turned(near, 17) ^ turned(near, 19) ^ (near >>> 10));
    }
    const one = h + mixed(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + ROUNDS[round]! + words[round]!;
    const two = mixed(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => (hash[index]! += word));
}
