/** A unified diff as lines to colour. */

export interface DiffLine {
  readonly kind: "add" | "del" | "hunk" | "same";
  readonly text: string;
}

/** The lines of a unified diff without its file headers. */
export function diffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let inside = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@")) {
      inside = true;
      lines.push({ kind: "hunk", text: line });
    } else if (!inside || line.startsWith("\\")) continue;
    else if (line.startsWith("diff ")) inside = false;
    else if (line.startsWith("+")) lines.push({ kind: "add", text: line.slice(1) });
    else if (line.startsWith("-")) lines.push({ kind: "del", text: line.slice(1) });
    else lines.push({ kind: "same", text: line.slice(1) });
  }
  if (lines.at(-1)?.text === "" && lines.at(-1)?.kind === "same") lines.pop();
  return lines;
}
