/** The small parts that every page uses. */

import type { JSX } from "preact";
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
