/** The small parts that every page uses. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { strings } from "../strings";
import { Icon, type IconName } from "./icons";

const COLOURS = ["#2c6a4a", "#7b3fb5", "#96500b", "#2458a6", "#a03060", "#3a6670"];

/** A person's colour, the same everywhere. */
export function colourOf(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return COLOURS[sum % COLOURS.length]!;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

export function Avatar({ id, name }: { id: string; name: string }): JSX.Element {
  return (
    <span class="av" data-initials={initials(name)} style={{ background: colourOf(id) }} title={name} role="img" aria-label={name} />
  );
}

export function Avatars({ people }: { people: readonly { id: string; name: string }[] }): JSX.Element {
  return (
    <span class="avs">
      {people.slice(0, 5).map((person) => (
        <Avatar key={person.id} {...person} />
      ))}
    </span>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  testId?: string;
  pressed?: boolean;
  disabled?: boolean;
  turned?: boolean;
}

export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="ib"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      data-testid={props.testId}
      onClick={props.onClick}
    >
      <Icon name={props.icon} turned={props.turned ?? false} />
    </button>
  );
}

export interface MenuEntry {
  readonly label: string;
  readonly run: () => void;
  readonly hint?: string;
}

/** A button that opens a list of actions; arrow keys move, Escape closes. */
export function Menu(props: { label: string; entries: readonly MenuEntry[]; button: ComponentChildren; class?: string; testId?: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLButtonElement>("[role=menuitem]") ?? [])];
  useEffect(() => {
    if (open) items()[0]?.focus();
  }, [open]);
  const keys = (event: KeyboardEvent) => {
    if (!open) return;
    event.stopPropagation();
    const index = items().indexOf(document.activeElement as HTMLButtonElement);
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      items().at((index + by) % items().length)?.focus();
    } else if (event.key === "Escape") {
      setOpen(false);
      root.current?.querySelector("button")?.focus();
    }
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
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                setOpen(false);
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

/** A press on a tool must not take the keyboard from the editor. */
export function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest("[role=menu]") === null) event.preventDefault();
}

/** What a failed call says. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return strings.failed;
  const code = "code" in error ? error.code : "";
  return code === "unreachable" ? strings.unreachable : error.message || strings.failed;
}
