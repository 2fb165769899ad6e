/** What every cell has around it: its place in the sheet, the keyboard's attention, the tools of the active one. */

import { useComputed, useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import type { CellInfo } from "../../../document/outline";
import { OnDemand } from "../../../workbench/on-demand";
import { useParts } from "../../../workbench/parts";

/** They come right behind the first paint. */
const tools = { load: () => import("../later").then((module) => module.CellTools) };
const marks = { load: () => import("../later").then((module) => module.Marks) };

interface Props {
  cell: CellInfo;
  label: string;
  state: string;
  classes?: string;
  children: ComponentChildren;
}

export function CellFrame({ cell, label, state, classes, children }: Props): JSX.Element {
  const { focus, worksheet } = useParts();
  const element = useRef<HTMLElement>(null);
  // Computed, so that a change of the active cell renders the two that it is about and not every cell of the sheet.
  const active = useComputed(() => focus.active.value === cell.id).value;
  const together = useComputed(() => focus.together.value.includes(cell.id)).value;
  const editing = useComputed(() => focus.editing.value === cell.id).value;
  useSignalEffect(() => {
    focus.grabs.value;
    if (focus.active.peek() !== cell.id) return;
    if (focus.mode.peek() === "command") element.current?.focus({ preventScroll: true });
    element.current?.scrollIntoView({ block: "nearest" });
  });
  // An editor takes the place of still text between press and release: the click then falls on what holds both of them.
  const pressed = useRef<EventTarget | null>(null);
  const take = (event: MouseEvent) => {
    if (isOwn(event.target) || isOwn(pressed.current)) {
      if (!active) focus.activate(cell.id);
      return;
    }
    if (event.shiftKey) return focus.select(cell.id, focus.ends.peek()?.[0] ?? focus.active.peek());
    const selecting = window.getSelection()?.isCollapsed === false;
    if (!selecting) focus.select(cell.id);
  };
  const names = ["cell", cell.type, active ? "focus" : "", together ? "together" : "", editing ? "editing" : "", state, classes ?? ""];
  return (
    <section
      ref={element}
      class={names.filter(Boolean).join(" ")}
      aria-label={label}
      tabIndex={active ? 0 : -1}
      data-testid="cell"
      data-cell-id={cell.id}
      data-type={cell.type}
      data-state={state}
      onMouseDown={(event) => (pressed.current = event.target)}
      onClick={take}
    >
      {worksheet.mayEdit.value && <i class="grip" />}
      {active && <OnDemand of={tools} props={{ cell }} />}
      {Object.keys(cell.flags).length > 0 && <OnDemand of={marks} props={{ cell }} />}
      {children}
    </section>
  );
}

/** Whether what is clicked does something of its own with it. */
function isOwn(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, input, .line, .live, .still, summary, iframe") !== null;
}
