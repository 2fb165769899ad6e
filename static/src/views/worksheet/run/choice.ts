/** A choice of yes or no that this browser remembers for each worksheet. */

import { signal, type ReadonlySignal } from "@preact/signals";

/** Worksheets of which one is remembered. */
const MOST = 200;

export class Choice {
  readonly #on;
  readonly on: ReadonlySignal<boolean>;

  /** `key` names the choice in the browser's storage, `id` the worksheet. */
  constructor(
    readonly key: string,
    readonly id: string,
  ) {
    this.on = this.#on = signal(kept(key).includes(id));
  }

  /** Choose the other; returns what holds now. */
  toggle(): boolean {
    this.#on.value = !this.#on.peek();
    const others = kept(this.key).filter((each) => each !== this.id);
    keep(this.key, this.#on.peek() ? [...others, this.id].slice(-MOST) : others);
    return this.#on.peek();
  }
}

function kept(key: string): readonly string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is string => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function keep(key: string, ids: readonly string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(ids));
  } catch {
    // A browser may keep nothing for us; then it is for this time.
  }
}
