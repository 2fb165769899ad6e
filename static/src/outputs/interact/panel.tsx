/** An interact: controls around the output that they make. It comes with the first one. */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ControlView } from "./controls/control";
import type { Interact } from "./interact";
import type { Placed, Row, Side } from "./layout";
import { Steady } from "./steady";
import { words } from "./strings";

interface Props {
  interact: Interact;
  label: string;
  /** Why nothing can be moved; null when it can. */
  locked: JSX.Element | string | null;
  /** Between controls and output: what concerns all of them. */
  notes?: ComponentChildren;
  /** In the corner. */
  menu?: ComponentChildren;
  onEnter: () => void;
  onEscape: () => void;
  /** What had the keyboard is gone, or can't be moved any more: what is typed on is for nobody. */
  onLost: () => void;
  children: ComponentChildren;
}

export function Panel({ interact, label, locked, notes, menu, onEnter, onEscape, onLost, children }: Props): JSX.Element {
  const { top, left, right, bottom } = interact.layout.value;
  const controls = interact.controls.value;
  const held = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (held.current === null || isUsable(held.current)) return;
    held.current = null;
    onLost();
  }, [controls, locked !== null]);
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = (event.ctrlKey || event.metaKey) && !event.altKey ? event.key.toLowerCase() : "";
    if (event.key === "Escape") onEscape();
    else if (key === "z" && isTyping(event.target)) return;
    else if (key === "z" && event.shiftKey ? interact.redo() : key === "z" ? interact.undo() : key === "y" && interact.redo()) event.preventDefault();
    else if (event.key === "Enter" && !interact.auto.peek() && event.target instanceof HTMLInputElement) interact.update();
    else return;
    event.stopPropagation();
  };
  const zone = (side: Side, rows: readonly Row[]) => (
    <fieldset class={`zone ${side}`} disabled={locked !== null} key={side} onClick={(event) => event.stopPropagation()}>
      {rows.map((row, index) => (
        <RowOf key={index} row={row} interact={interact} />
      ))}
      {side === "top" && !interact.auto.value && <Update interact={interact} />}
    </fieldset>
  );
  const shows = { top: top.length > 0 || !interact.auto.value, left: left.length > 0, right: right.length > 0, bottom: bottom.length > 0 };
  return (
    <div
      class={["interact", shows.left ? "has-left" : "", shows.right ? "has-right" : ""].filter(Boolean).join(" ")}
      role="group"
      aria-label={label}
      data-testid="interact"
      data-busy={interact.busy.value}
      data-locked={locked !== null}
      onKeyDown={press}
      onFocusIn={(event) => {
        event.stopPropagation();
        held.current = event.target as Element;
        onEnter();
      }}
      onFocusOut={({ target }) =>
        // Of what is being taken away this comes as well.
        queueMicrotask(() => {
          if (held.current === target && isUsable(target as Element)) held.current = null;
        })
      }
    >
      <i class="progress" aria-hidden="true" />
      {menu}
      {shows.top && zone("top", top)}
      {shows.left && zone("left", left)}
      <div class="middle">
        {locked !== null && <p class="locked" data-testid="interact-locked">{locked}</p>}
        {notes}
        <Steady busy={interact.busy.value}>{children}</Steady>
      </div>
      {shows.right && zone("right", right)}
      {shows.bottom && zone("bottom", bottom)}
    </div>
  );
}

/** Those behind the first one share its line; where somebody gave widths, each has its share. */
function RowOf({ row, interact }: { row: Row; interact: Interact }): JSX.Element {
  const view = ({ control, width }: Placed, others?: ComponentChildren) => (
    <ControlView key={`${control.name} ${control.kind}`} control={control} width={width} interact={interact}>
      {others}
    </ControlView>
  );
  const [first, ...others] = row;
  if (row.some(({ width }) => width !== null)) return <div class="shares">{row.map((placed) => view(placed))}</div>;
  return view(first!, others.map((placed) => view(placed)));
}

function Update({ interact }: { interact: Interact }): JSX.Element {
  return (
    <div class="control">
      <button type="button" class={interact.due.value ? "btn p" : "btn"} data-testid="interact-update" onClick={() => interact.update()}>
        {words.update}
      </button>
    </div>
  );
}

/** Whether the browser has something of its own to take back there: a text that is being typed. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("[data-dirty]");
}

function isUsable(element: Element): boolean {
  return element.isConnected && !element.matches(":disabled");
}
