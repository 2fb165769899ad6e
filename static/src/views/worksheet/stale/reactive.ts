/** A worksheet that keeps itself up to date: what a person's run makes stale runs by itself, each cell once.
 *
 * The switch is this browser's and this worksheet's. Opening a worksheet runs nothing, and neither does what others run: their
 * own pages do that, if they want it. */

import { effect, untracked, type ReadonlySignal } from "@preact/signals";
import { followers, planOf } from "../../../document/names/staleness";
import type { Bench } from "../../../workbench/parts";
import { words } from "../later-strings";
import { Choice } from "../run/choice";
import type { Found } from "./run-stale";

/** Milliseconds. */
const PAUSE = 80;

export class Reactive {
  readonly #choice: Choice;
  /** What has run since somebody asked for a run: a cell that would run again reads, over others, what it writes itself. */
  readonly #chain = new Set<string>();
  #ours: readonly unknown[] = [];
  #timer = 0;
  readonly #end: () => void;

  constructor(
    readonly bench: Bench,
    readonly marks: Found,
  ) {
    this.#choice = new Choice("sagews.reactive", bench.worksheet.id);
    let was = false;
    this.#end = effect(() => {
      const busy = bench.worksheet.runs.busy.value.length > 0;
      window.clearTimeout(this.#timer);
      // Which names they read and wrote comes right behind the end of the last.
      if (was && !busy) this.#timer = window.setTimeout(() => untracked(() => this.#follow()), PAUSE);
      was = busy;
    });
  }

  get on(): ReadonlySignal<boolean> {
    return this.#choice.on;
  }

  stop(): void {
    window.clearTimeout(this.#timer);
    this.#end();
  }

  toggle(): void {
    const { mayRun, notices } = this.bench.worksheet;
    if (!mayRun.peek()) return;
    notices.show(this.#choice.toggle() ? words.reactiveOn : words.reactiveOff);
    this.#follow();
  }

  /** Run what the last runs of this page have made stale. */
  #follow(): void {
    const { worksheet } = this.bench;
    const { asked, results } = worksheet.runs;
    if (!this.on.peek() || asked.length === 0) return;
    // What others ran last, or what ended in an error, leads to nothing here.
    if (asked.some(({ cell, run }) => results.peek().get(cell)?.run.run !== run || results.peek().get(cell)?.run.state !== "done")) return;
    if (asked !== this.#ours) this.#chain.clear();
    asked.forEach(({ cell }) => this.#chain.add(cell));
    this.marks.look();
    const code = worksheet.sheet.cells.peek().filter((cell) => cell.type === "code");
    const next = followers(code.map((cell) => cell.id), this.marks.stale.peek(), this.marks.known);
    const { circle, order } = planOf(next, this.marks.known);
    const round = new Set([...circle, ...next.filter((cell) => this.#chain.has(cell))]);
    if (round.size > 0) worksheet.notices.show(words.circle(code.filter((cell) => round.has(cell.id)).map((cell) => cell.number)));
    const wanted = order.filter((cell) => !round.has(cell));
    if (wanted.length === 0) return;
    worksheet.run(wanted);
    this.#ours = worksheet.runs.asked;
  }
}
