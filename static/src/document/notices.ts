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

/** Cells that were asked to run together: which one they stopped at, or which have failed so far if they go on. */
export class Together {
  #runs: ReadonlySet<string> = new Set();
  readonly #failures = signal<readonly Failure[]>([]);
  /** Until they are dismissed or something is run. */
  readonly failures: ReadonlySignal<readonly Failure[]> = this.#failures;
  goesOn = false;

  begin(cells: readonly CellRun[], goesOn: boolean): void {
    // Whoever runs one cell looks at it.
    this.#runs = new Set(cells.length > 1 ? cells.map(({ run }) => run) : []);
    this.goesOn = goesOn;
    this.dismiss();
  }

  /** A run is in another state; `result` is what is known of its cell by now. */
  follow(status: RunStatus, result: CellResult | undefined): void {
    const known = this.#failures.value;
    const others = known.filter(({ cell }) => cell !== status.cell);
    if (status.state === "error" && this.#runs.has(status.run)) {
      const body = result?.pieces.findLast((piece) => piece.kind === "error")?.body as { name?: unknown } | undefined;
      this.#failures.value = [...others, { cell: status.cell, name: typeof body?.name === "string" ? body.name : "" }];
    } else if (others.length < known.length) this.#failures.value = others;
  }

  dismiss(): void {
    this.#failures.value = [];
  }
}
