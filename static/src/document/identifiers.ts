/** Ids that the page makes: runs (UUID version 7) and cells. */

const CELL_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** A UUID of version 7: 48 bits of milliseconds, 74 random bits. */
export function newRunId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) & 0xff;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A cell id: six letters and digits that can't be mistaken for one another. */
export function newCellId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => CELL_ALPHABET.charAt(byte & 31)).join("");
}
