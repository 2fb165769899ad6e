/** Menus, which come right behind the first paint of a worksheet: apart from the small parts that every page shows at once. */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Pixels between a list and the edge of what it can be seen in, and the least that it is high. */
const MARGIN = 8;
const LEAST = 96;

export interface MenuEntry {
  readonly label: string;
  readonly run: () => void;
  readonly hint?: string;
  /** For what is on or off. */
  readonly checked?: boolean | undefined;
}

/** A button that opens a list of actions; arrow keys move, Escape closes. */
export function Menu(props: { label: string; entries: readonly MenuEntry[]; button: ComponentChildren; class?: string; testId?: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLButtonElement>("[role^=menuitem]") ?? [])];
  useLayoutEffect(() => {
    if (!open || root.current === null) return;
    place(root.current, root.current.querySelector<HTMLElement>(".entries")!);
    items()[0]?.focus({ preventScroll: true });
  }, [open]);
  // The keyboard stays where the menu is, whatever becomes of its entries; an entry may take it elsewhere.
  const close = () => {
    setOpen(false);
    root.current?.querySelector("button")?.focus({ preventScroll: true });
  };
  const keys = (event: KeyboardEvent) => {
    if (!open) return;
    event.stopPropagation();
    const index = items().indexOf(document.activeElement as HTMLButtonElement);
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      items().at((index + by) % items().length)?.focus();
    } else if (event.key === "Escape") close();
  };
  const left = (event: FocusEvent) => {
    if (!(event.relatedTarget instanceof Node && root.current?.contains(event.relatedTarget))) setOpen(false);
  };
  return (
    <span class="menu" ref={root} onKeyDown={keys} onFocusOut={left}>
      <button
        type="button"
        class={props.class ?? "ib"}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.label}
        title={props.label}
        data-testid={props.testId}
        onClick={() => setOpen(!open)}
      >
        {props.button}
      </button>
      {open && (
        <div class="entries" role="menu" aria-label={props.label}>
          {props.entries.map((entry) => (
            <button
              key={entry.label}
              type="button"
              role={entry.checked === undefined ? "menuitem" : "menuitemcheckbox"}
              aria-checked={entry.checked}
              tabIndex={-1}
              onClick={() => {
                close();
                entry.run();
              }}
            >
              <span>{entry.label}</span>
              {entry.hint && <kbd>{entry.hint}</kbd>}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}

/** Show a list below its button, or above it where it does not fit below and there is more room; what is too long scrolls. */
function place(button: HTMLElement, list: HTMLElement): void {
  const { top, bottom } = button.getBoundingClientRect();
  let [highest, lowest] = [0, window.innerHeight];
  for (let around = button.parentElement; around !== null; around = around.parentElement) {
    if (around === document.body || getComputedStyle(around).overflowY === "visible") continue;
    const edges = around.getBoundingClientRect();
    [highest, lowest] = [Math.max(highest, edges.top), Math.min(lowest, edges.bottom)];
  }
  const [above, below] = [top - highest - MARGIN, lowest - bottom - MARGIN];
  const up = list.offsetHeight > below && above > below;
  list.classList.toggle("up", up);
  list.style.maxHeight = `${Math.max(LEAST, up ? above : below)}px`;
}
