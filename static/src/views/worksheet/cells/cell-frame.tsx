/** What every cell has around it: its place in the sheet, the keyboard's attention, the tools of the active one. */

import { useComputed, useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { strings } from "../../../strings";
import type { CellInfo } from "../../../document/outline";
import { keyLabel } from "../../../workbench/keys";
import { IconButton, Menu } from "../../../ui/basics";
import { Icon } from "../../../ui/icons";
import { useParts } from "../../../workbench/parts";
import { words } from "../strings";

interface Props {
  cell: CellInfo;
  label: string;
  state: string;
  classes?: string;
  children: ComponentChildren;
}

export function CellFrame({ cell, label, state, classes, children }: Props): JSX.Element {
  const { focus } = useParts();
  const element = useRef<HTMLElement>(null);
  // Computed, so that a change of the active cell renders the two that it is about and not every cell of the sheet.
  const active = useComputed(() => focus.active.value === cell.id).value;
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
    const selecting = window.getSelection()?.isCollapsed === false;
    if (!selecting) focus.select(cell.id);
  };
  const names = ["cell", cell.type, active ? "focus" : "", editing ? "editing" : "", state, classes ?? ""];
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
      {active && <CellTools cell={cell} />}
      {children}
    </section>
  );
}

/** Whether what is clicked does something of its own with it. */
function isOwn(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, input, .live, .still, summary, iframe") !== null;
}

function CellTools({ cell }: { cell: CellInfo }): JSX.Element | null {
  const { actions, commands, worksheet } = useParts();
  const hint = (id: string) => keyLabel(commands.find((command) => command.id === id)?.bindings[0]?.keys ?? "");
  const entry = (id: string) => {
    const command = commands.find((each) => each.id === id)!;
    return { label: command.title, run: command.run, hint: hint(id) };
  };
  const kinds = { code: ["toText", "toSection"], text: ["toCode", "toSection"], section: ["toText", "deeper", "shallower"] };
  const others = ["insertAbove", "insertBelow", "moveUp", "moveDown", ...kinds[cell.type], ...(cell.type === "code" ? ["hideInput", "foldOutput"] : []), "remove"];
  if (!worksheet.mayEdit.value && !worksheet.mayRun.value) return null;
  return (
    <div class="tools" role="toolbar" aria-label={strings.moreActions} onMouseDown={keepFocus}>
      {cell.type !== "text" && worksheet.mayRun.value && (
        <button type="button" class="go" title={`${words.run} (${hint(cell.type === "section" ? "runSection" : "runHere")})`} data-testid={cell.type === "section" ? "run-section" : "run"} onClick={() => actions.runHere()}>
          <Icon name="play" />
          {cell.type === "section" ? words.runSection : words.run}
        </button>
      )}
      {cell.type === "code" && worksheet.mayRun.value && <IconButton icon="section" label={words.runSection} testId="run-section" onClick={() => actions.runSection()} />}
      {worksheet.mayEdit.value && (
        <>
          <IconButton icon="copy" label={words.duplicate} onClick={() => actions.duplicate()} />
          <Menu label={strings.moreActions} button={<Icon name="more" />} entries={others.map(entry)} testId="cell-menu" />
        </>
      )}
    </div>
  );
}

/** A press on a tool must not take the keyboard from the editor. */
export function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest("[role=menu]") === null) event.preventDefault();
}
