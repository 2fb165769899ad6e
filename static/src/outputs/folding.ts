/** Long text shows its beginning; the rest is one click away. */

export const MAX_LINES = 200;
export const MAX_CHARACTERS = 20_000;

export interface Folded {
  readonly head: string;
  /** How many lines the whole text has. */
  readonly lines: number;
  readonly folded: boolean;
}

/** The part of a text that shows before "Show all N lines". */
export function foldText(text: string): Folded {
  const lines = countLines(text);
  if (lines <= MAX_LINES && text.length <= MAX_CHARACTERS) return { head: text, lines, folded: false };
  let end = 0;
  for (let line = 0; line < MAX_LINES && end < text.length; line += 1) {
    const next = text.indexOf("\n", end);
    if (next < 0) end = text.length;
    else end = next + 1;
  }
  return { head: text.slice(0, Math.min(end, MAX_CHARACTERS)), lines, folded: true };
}

function countLines(text: string): number {
  let count = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let place = text.indexOf("\n"); place >= 0; place = text.indexOf("\n", place + 1)) count += 1;
  return count;
}
