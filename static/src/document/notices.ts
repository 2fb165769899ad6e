/** What people have to be told: one sentence at a time, and what screen readers say aloud. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { CellRun, RunStatus } from "../net/messages";
import type { CellResult } from "./results";

export class Notices {
  readonly #current = signal<string | null>(null);
  readonly #announcement = signal("");
  /** A sentence, or a key of `words.notices` of the worksheet. */
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

export interface Failure {
  readonly cell: string;
  /** The name of the exception; "" where the server names none. */
  readonly name: string;
}

/** Cells that were asked to run together: at which one they stopped. */
export class Together {
  #runs: ReadonlySet<string> = new Set();
  readonly #failure = signal<Failure | null>(null);
  /** Until it is dismissed or something is run. */
  readonly failure: ReadonlySignal<Failure | null> = this.#failure;

  begin(cells: readonly CellRun[]): void {
    // Whoever runs one cell looks at it.
    this.#runs = new Set(cells.length > 1 ? cells.map(({ run }) => run) : []);
    this.#failure.value = null;
  }

  /** A run is in another state; `result` is what is known of its cell by now. */
  follow(status: RunStatus, result: CellResult | undefined): void {
    if (status.state === "error" && this.#runs.has(status.run)) {
      const body = result?.pieces.findLast((piece) => piece.kind === "error")?.body as { name?: unknown } | undefined;
      this.#failure.value = { cell: status.cell, name: typeof body?.name === "string" ? body.name : "" };
    } else if (status.cell === this.#failure.value?.cell) this.dismiss();
  }

  dismiss(): void {
    this.#failure.value = null;
  }
}
