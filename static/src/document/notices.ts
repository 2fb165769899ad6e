/** What people have to be told: one sentence at a time, and what screen readers say aloud. */

import { signal, type ReadonlySignal } from "@preact/signals";

export class Notices {
  readonly #current = signal<string | null>(null);
  readonly #announcement = signal("");
  /** A sentence, or a key of `strings.notices`. */
  readonly current: ReadonlySignal<string | null> = this.#current;
  readonly announcement: ReadonlySignal<string> = this.#announcement;

  show(text: string): void {
    this.#current.value = text;
  }

  dismiss(): void {
    this.#current.value = null;
  }

  announce(text: string): void {
    this.#announcement.value = text;
  }
}
