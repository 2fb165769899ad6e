/** The one change that turns a text into another: what stays the same at both ends is left alone. */

export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

export function spliceBetween(before: string, after: string): Splice {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { at: start, remove: before.length - start - end, insert: after.slice(start, after.length - end) };
}
