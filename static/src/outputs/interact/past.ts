/** What one person set in one interact, so that it can be taken back: theirs only, whatever others do meanwhile. */

import type { Value, Values } from "./controls";

interface Step {
  readonly before: Values;
  readonly after: Values;
  readonly at: number;
}

const MOST = 200;
/** Milliseconds within which further changes of the same control belong to one step. */
const TOGETHER = 700;

export class Past {
  #done: Step[] = [];
  #undone: Step[] = [];
  /** The control that is held: everything until it is let go is one step. */
  #held = false;

  get mayUndo(): boolean {
    return this.#done.length > 0;
  }

  get mayRedo(): boolean {
    return this.#undone.length > 0;
  }

  note(name: string, before: Value, after: Value, at: number, held: boolean): void {
    this.#undone = [];
    const last = this.#done.at(-1);
    const goesOn = last !== undefined && last.after.size === 1 && last.after.has(name) && (held ? this.#held : at - last.at < TOGETHER);
    this.#held = held;
    if (last !== undefined && goesOn) this.#done[this.#done.length - 1] = { before: last.before, after: new Map([[name, after]]), at };
    else this.#done = [...this.#done.slice(1 - MOST), { before: new Map([[name, before]]), after: new Map([[name, after]]), at }];
  }

  /** Several at once, as one step. */
  noteAll(before: Values, after: Values): void {
    this.#undone = [];
    this.#held = false;
    this.#done = [...this.#done.slice(1 - MOST), { before, after, at: -Infinity }];
  }

  letGo(): void {
    this.#held = false;
    const last = this.#done.at(-1);
    // What comes next is another step, however soon.
    if (last !== undefined) this.#done[this.#done.length - 1] = { ...last, at: -Infinity };
  }

  /** What was set last was refused, and is nothing to come back to: what the control had before; undefined if that was no step of its own. */
  refused(name: string): Value | undefined {
    const last = this.#done.at(-1);
    if (last?.after.size !== 1 || !last.after.has(name)) return undefined;
    this.#done.pop();
    return last.before.get(name);
  }

  /** The values to go back to; null when there is nothing. */
  undo(): Values | null {
    const step = this.#done.pop();
    if (step === undefined) return null;
    this.#undone.push({ ...step, at: -Infinity });
    this.#held = false;
    return step.before;
  }

  redo(): Values | null {
    const step = this.#undone.pop();
    if (step === undefined) return null;
    this.#done.push(step);
    return step.after;
  }
}
