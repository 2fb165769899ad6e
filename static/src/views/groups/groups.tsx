/** The brackets: drawn by the style sheet, heard here. */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import type { PanelProps } from "../../workbench/panels";
import { useParts, type Parts } from "../../workbench/parts";
import { groupAt } from "./hit";
import { words } from "./strings";

export function Groups({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  useEffect(() => {
    const sheet = document.querySelector<HTMLElement>(".doc");
    const press = (event: MouseEvent) => taken(event, (id) => choose(parts, id));
    const twice = (event: MouseEvent) => taken(event, (id) => fold(parts, id));
    sheet?.addEventListener("click", press, true);
    sheet?.addEventListener("dblclick", twice, true);
    return () => {
      sheet?.removeEventListener("click", press, true);
      sheet?.removeEventListener("dblclick", twice, true);
    };
  }, [parts]);
  return (
    <div class="groups" role="group" aria-label={words.bar} data-testid="groups">
      <p class="muted">{words.hint}</p>
      <IconButton icon="close" label={words.end} testId="end-groups" onClick={onClose} />
    </div>
  );
}

/** Do something with the cell or section whose bracket was pressed, and let nobody else hear of it. */
function taken(event: MouseEvent, act: (id: string) => void): void {
  const id = groupAt(event);
  if (id === null) return;
  event.preventDefault();
  event.stopPropagation();
  act(id);
}

/** A section's bracket chooses everything in it, so that one key runs, copies or deletes it. */
function choose({ focus, worksheet }: Parts, id: string): void {
  const cells = worksheet.visible.peek();
  const first = cells.find((cell) => cell.id === id);
  const node = worksheet.sections.peek().find((each) => each.section.id === id);
  if (first === undefined || node === undefined) return focus.select(id);
  const place = cells.indexOf(first);
  let last = place;
  while (last + 1 < cells.length && !(cells[last + 1]!.type === "section" && cells[last + 1]!.depth <= first.depth)) last += 1;
  focus.select(cells[last]!.id, last === place ? null : id);
}

function fold({ actions, worksheet }: Parts, id: string): void {
  const cell = worksheet.sheet.cells.peek().find((each) => each.id === id);
  if (cell !== undefined && worksheet.mayEdit.peek()) actions.toggle(id, cell.type === "section" ? "folded" : "foldOutput");
}
