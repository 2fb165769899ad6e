/** Tags of cells: short words that people give them, each a flag of its own, so that two who add one at once both do. */

import type { CellInfo } from "../../../document/outline";

/** As long as an option of the file may be, with the mark before it. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,25}$/;
export const MARK = "tag-";
/** Of one cell: it has 32 flags at most, and needs some for others. */
export const MOST_TAGS = 16;

export function tagsOf({ flags }: Pick<CellInfo, "flags">): string[] {
  return Object.keys(flags)
    .filter((name) => name.startsWith(MARK) && flags[name] === true && TAG.test(name.slice(MARK.length)))
    .map((name) => name.slice(MARK.length))
    .sort();
}

/** The tags in what somebody typed, apart by commas or blanks; null where one of the words can't be one. */
export function typedTags(text: string): string[] | null {
  const words = [...new Set(text.split(/[\s,;#]+/).filter(Boolean))];
  return words.every((word) => TAG.test(word)) && words.length <= MOST_TAGS ? words : null;
}

/** Every tag in the sheet with the cells that have it, in the order of the alphabet. */
export function cellsByTag(cells: readonly CellInfo[]): [string, CellInfo[]][] {
  const found = new Map<string, CellInfo[]>();
  for (const cell of cells) for (const tag of tagsOf(cell)) found.set(tag, [...(found.get(tag) ?? []), cell]);
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

export interface FlagChange {
  readonly id: string;
  readonly flag: string;
  readonly on: boolean;
}

/** What makes `wanted` the tags that all of the cells have, and leaves what only some of them have. */
export function tagChanges(cells: readonly CellInfo[], wanted: readonly string[]): FlagChange[] {
  const gone = commonTags(cells).filter((tag) => !wanted.includes(tag));
  return cells.flatMap((cell) => {
    const own = tagsOf(cell);
    const added = wanted.filter((tag) => !own.includes(tag)).slice(0, Math.max(0, MOST_TAGS - own.length));
    return [...gone.map((tag) => ({ tag, on: false })), ...added.map((tag) => ({ tag, on: true }))].map(({ tag, on }) => ({ id: cell.id, flag: MARK + tag, on }));
  });
}

export function commonTags(cells: readonly CellInfo[]): string[] {
  const [first, ...others] = cells.map(tagsOf);
  return (first ?? []).filter((tag) => others.every((each) => each.includes(tag)));
}
