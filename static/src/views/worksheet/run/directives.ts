/** What the first lines of a cell say to the page (`%hide`, `%hideall`, `%auto`), done when the cell is run here. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useParts } from "../../../workbench/parts";

const FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ["hide", ["hideInput"]],
  ["hideall", ["hideInput", "foldOutput"]],
  ["auto", ["auto"]],
]);
/** Modes stand one below the other; what is below a line of another kind is text of the cell. */
const MODE = /^%{1,2}([A-Za-z_]\w*)(.*)$/;

/** The flags that the modes at the head of a text ask for. */
export function flagsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [, name, rest] = MODE.exec(line.trim()) ?? [];
    if (name === undefined) break;
    if (rest!.trim() === "") for (const flag of FLAGS.get(name) ?? []) found.add(flag);
  }
  return found;
}

/** Flag cells as they ask, for as long as a worksheet is shown. Who shows one again sees it until it is run again. */
export function useDirectives(): void {
  const { worksheet } = useParts();
  useEffect(() => {
    const { runs, sheet, mayEdit } = worksheet;
    let asked = runs.asked;
    return effect(() => {
      if (runs.busy.value.length === 0 || runs.asked === asked || !mayEdit.peek()) return;
      asked = runs.asked;
      const known = new Map(sheet.cells.peek().map((each) => [each.id, each.flags]));
      const wanted = asked.flatMap(({ cell }) => [...flagsOf(sheet.text(cell))].filter((flag) => known.get(cell)?.[flag] !== true).map((flag) => ({ cell, flag })));
      if (wanted.length > 0) sheet.atOnce(() => wanted.forEach(({ cell, flag }) => sheet.setFlag(cell, flag, true)));
    });
  }, [worksheet]);
}
