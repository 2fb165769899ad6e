/** Where a cell stands among its neighbours: strings that sort, between any two of which there is another.
 *
 * The same strings as the server makes (sagews/model/positions.py), by the library that the scheme is known from. */

import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

/** What the server refuses beyond. */
const MAX_LENGTH = 200;

/** Whether this is a position in its one canonical form. */
export function isPosition(text: string): boolean {
  // The library trusts the alphabet of what it is given; documents come from anywhere.
  if (text.length > MAX_LENGTH || !/^[A-Za-z][0-9A-Za-z]*$/.test(text)) return false;
  try {
    generateKeyBetween(text, null);
    return true;
  } catch {
    return false;
  }
}

/** A position after `before` and before `after`; null stands for the start or the end.
 *
 * Neighbours that are not in order (two people inserted at once) count as if there were nothing behind. */
export function between(before: string | null, after: string | null): string {
  return generateKeyBetween(...orderly(before, after));
}

/** `count` positions in order between two others. */
export function spread(before: string | null, after: string | null, count: number): string[] {
  return generateNKeysBetween(...orderly(before, after), count);
}

function orderly(before: string | null, after: string | null): [string | null, string | null] {
  const low = before !== null && isPosition(before) ? before : null;
  const high = after !== null && isPosition(after) ? after : null;
  return [low, low !== null && high !== null && low >= high ? null : high];
}
