/** Key presses as names ("Ctrl-Shift-Enter", "d d"), which command they mean, and whether they are commands at all. */

import type { Mode } from "./focus";

export interface Binding {
  readonly keys: string;
  /** In which mode it holds; both without one. */
  readonly mode?: Mode;
  /** Whether it holds even where a field or a dialog has the keyboard. */
  readonly everywhere?: boolean;
}

export interface Keyed {
  readonly id: string;
  readonly bindings: readonly Binding[];
}

export interface Command extends Keyed {
  readonly title: string;
  readonly run: () => void;
}

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The name of a key press; Command counts as Ctrl. */
export function chord(press: Press): string {
  const letter = press.key.length === 1;
  const key = letter ? press.key.toLowerCase() : press.key;
  // A sign such as "?" or "." already says whether Shift was held.
  const shift = press.shiftKey && (!letter || /[a-z]/.test(key));
  const parts = [press.ctrlKey || press.metaKey ? "Ctrl" : "", press.altKey ? "Alt" : "", shift ? "Shift" : ""];
  return [...parts.filter(Boolean), key].join("-");
}

/** Looks chords up, and remembers the first of a pair such as "d d". */
export class KeyMap<Command extends Keyed> {
  #first: { chord: string; at: number } | null = null;

  constructor(readonly commands: readonly Command[]) {}

  /** The command of a key press, "more" when it may be the first of a pair, null otherwise.
   *
   * A key that is held down repeats itself: that is no second press, or holding d would delete one cell after the other. */
  find(press: string, mode: Mode, now: number, repeat = false): Command | "more" | null {
    const pair = this.#first !== null && !repeat && now - this.#first.at < 1000 ? `${this.#first.chord} ${press}` : null;
    this.#first = null;
    const found = (pair === null ? null : this.#lookUp(pair, mode)) ?? this.#lookUp(press, mode);
    if (found !== null) return found;
    const begins = !repeat && this.#bindings(mode).some(([binding]) => binding.keys.startsWith(`${press} `));
    if (!begins) return null;
    this.#first = { chord: press, at: now };
    return "more";
  }

  #lookUp(keys: string, mode: Mode): Command | null {
    return this.#bindings(mode).find(([binding]) => binding.keys === keys)?.[1] ?? null;
  }

  #bindings(mode: Mode): [Binding, Command][] {
    return this.commands.flatMap((command) =>
      command.bindings
        .filter((binding) => binding.mode === undefined || binding.mode === mode)
        .map((binding): [Binding, Command] => [binding, command]),
    );
  }
}

/** Milliseconds in which nobody gives more than three commands with three different keys. */
const BURST = 400;
/** Milliseconds without a key after which what was typed is over, and what waits is done. */
const PAUSE = 250;

interface Sign {
  readonly name: string;
  readonly at: number;
}

/** Tells typing from commands: who types on where no cell has the keyboard must delete and restart nothing. */
export class Typed {
  #recent: readonly Sign[] = [];
  #text = false;
  #waiting: (() => void)[] = [];
  #timer = 0;

  /** Note a press that could be part of a text; true when it is one. What waited to be done is forgotten then. */
  isText(name: string, at: number): boolean {
    const last = this.#recent.at(-1)?.at ?? -Infinity;
    this.#recent = [...this.#recent.filter((press) => at - press.at < BURST), { name, at }];
    const names = new Set(this.#recent.map((press) => press.name));
    // Keys that are pressed again and again move about: such are no words.
    this.#text = (this.#text && at - last < 2 * BURST) || (this.#recent.length > 3 && names.size > 2);
    if (this.#text) this.#waiting = [];
    else if (this.#waiting.length > 0) this.#wait();
    return this.#text;
  }

  /** Do it now; or, should it throw something away, once it is sure that it is no part of a text, and then in the order of the keys. */
  act(run: () => void, dangerous: boolean): void {
    if (!dangerous && this.#waiting.length === 0) return run();
    this.#waiting.push(run);
    this.#wait();
  }

  /** Each further key puts it off: the one that shows that it is text may be yet to come. */
  #wait(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#waiting.splice(0).forEach((each) => each()), PAUSE);
  }
}

const NAMES: Record<string, string> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc",
};

/** Keys as people read them: "Ctrl Shift S". */
export function keyLabel(keys: string): string {
  return keys
    .split(" ")
    .map((press) => press.split("-").map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" "))
    .join(" ");
}
