/** The wire counts code points, the browser UTF-16 units. */

/** How many code points lie before a UTF-16 offset. */
export function toPoints(text: string, offset: number): number {
  let points = 0;
  for (const character of text.slice(0, offset)) points += character ? 1 : 0;
  return points;
}

/** The UTF-16 offset of a code point. */
export function fromPoints(text: string, points: number): number {
  let offset = 0;
  let left = points;
  for (const character of text) {
    if (left-- <= 0) break;
    offset += character.length;
  }
  return offset;
}
