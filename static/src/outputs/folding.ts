/** Long text shows its beginning and its end: what a loop prints now is at the end. The middle is one click away. */

/** Up to these a text is shown whole. */
export const MAX_LINES = 200;
export const MAX_CHARACTERS = 20_000;
/** Beyond, so little that both ends are in a window at once: a loop whose newest line is out of sight looks as if it stood still. */
export const HEAD = { lines: 10, characters: 5_000 };
export const TAIL = { lines: 30, characters: 15_000 };

export interface Folded {
  readonly head: string;
  /** What follows the part that is left out; empty when nothing is. */
  readonly tail: string;
  /** How many lines are left out. */
  readonly hidden: number;
  readonly folded: boolean;
}

/** The parts of a text that show around "Show N more lines". */
export function foldText(text: string): Folded {
  const lines = countLines(text);
  if (lines <= MAX_LINES && text.length <= MAX_CHARACTERS) return { head: text, tail: "", hidden: 0, folded: false };
  let end = 0;
  for (let line = 0; line < HEAD.lines && end < HEAD.characters; line += 1) {
    const next = text.indexOf("\n", end);
    end = next < 0 ? text.length : next + 1;
  }
  // The last line may be one that is still being written, or have its end already.
  let start = text.endsWith("\n") ? text.length - 1 : text.length;
  for (let line = 0; line < TAIL.lines && start > text.length - TAIL.characters; line += 1) start = text.lastIndexOf("\n", start - 1);
  const from = Math.max(start + 1, text.length - TAIL.characters);
  const [head, tail] = [text.slice(0, Math.min(end, HEAD.characters)), text.slice(from)];
  // Of one long line there is more, if not whole lines of it.
  return { head, tail, hidden: Math.max(1, lines - countLines(head) - countLines(tail)), folded: true };
}

function countLines(text: string): number {
  let count = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let place = text.indexOf("\n"); place >= 0; place = text.indexOf("\n", place + 1)) count += 1;
  return count;
}
