/** What stands around the controls and the output of one interact: the keys that concern all of it, and who has the keyboard. */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Interact } from "./interact";

export interface FrameProps {
  interact: Interact;
  label: string;
  /** Why nothing can be moved; null when it can. */
  locked: JSX.Element | string | null;
  onEnter: () => void;
  onEscape: () => void;
  /** What had the keyboard is gone, or can't be moved any more: what is typed on is for nobody. */
  onLost: () => void;
}

interface Props extends FrameProps {
  class: string;
  children: ComponentChildren;
}

export function Frame({ interact, label, locked, onEnter, onEscape, onLost, class: classes, children }: Props): JSX.Element {
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
  return (
    <div
      class={classes}
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
      {children}
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
