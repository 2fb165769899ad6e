/** The one change that turns a text into another: what stays the same at both ends is left alone. */

/** Which half of a character a unit of UTF-16 is, if it is one: 54 the first, 55 the second. A change that cuts one in two is refused. */
const half = (text: string, at: number): number => text.charCodeAt(at) >> 10;

export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

export function spliceBetween(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  if (half(before, start - 1) === 54) start -= 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  if (half(before, before.length - end) === 55) end -= 1;
  return { at: start, remove: before.length - start - end, insert: after.slice(start, after.length - end) };
}
