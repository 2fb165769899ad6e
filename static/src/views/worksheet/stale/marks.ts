/** Which cells are stale: kept up with what the server says of names, with runs, and with texts a moment after they were written. */

import { effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isOver } from "../../../document/results";
import { shapeOf } from "../../../document/names/shape";
import { knownOf, staleCells, withRun, type Known, type Stale, type Why } from "../../../document/names/staleness";
import type { Worksheet } from "../../../document/worksheet";
import { ofDocument } from "../../../net/hearing";
import { sha256 } from "../../../net/sha256";
import { useParts, type Bench } from "../../../workbench/parts";
import { words } from "../later-strings";
import { Reactive } from "./reactive";
import { runStale, type Found } from "./run-stale";

/** Milliseconds of rest after which texts are looked at. */
const REST = 200;
const NOTHING: Known = { cells: new Map(), written: new Map() };

interface Looked {
  readonly text: string;
  readonly hash: string;
  readonly shape: string;
  readonly changed: boolean;
}

export class Marks implements Found {
  /** Null until the server has told it. */
  readonly #known = signal<Known | null>(null);
  readonly #stale = signal<Stale>(new Map());
  readonly stale: ReadonlySignal<Stale> = this.#stale;
  /** What was found of texts, until they change or their cells run. */
  readonly #looked = new Map<string, Looked>();
  readonly reactive: Reactive;
  readonly #ends: (() => void)[] = [];
  #timer = 0;

  constructor(readonly bench: Bench) {
    const { hearing, socket, worksheet } = bench;
    hearing.add(
      ofDocument(worksheet.id, {
        opened: () => this.#ask(),
        names: (message) => (this.#known.value = knownOf(message)),
        ran: (message) => this.#known.value !== null && (this.#known.value = withRun(this.#known.value, message)),
      }),
    );
    worksheet.runStale = (section) => runStale(bench, this, section);
    this.reactive = new Reactive(bench, this);
    worksheet.switchReactive = () => this.reactive.toggle();
    this.#ends.push(() => this.reactive.stop());
    if (socket.open && worksheet.loaded.peek()) this.#ask();
    this.#ends.push(effect(() => this.#follow()));
    let before = "";
    this.#ends.push(
      effect(() => {
        // Output changes nothing here, and comes a hundred times a second.
        const now = [...worksheet.runs.results.value.values()].map(({ run }) => `${run.run} ${run.state}`).join();
        const [cells, known] = [worksheet.sheet.cells.value, this.#known.value];
        if (now !== before || cells || known) untracked(() => this.look());
        before = now;
      }),
    );
  }

  get known(): Known {
    return this.#known.value ?? NOTHING;
  }

  stop(): void {
    window.clearTimeout(this.#timer);
    this.#ends.forEach((end) => end());
  }

  /** Look now. */
  look(): void {
    window.clearTimeout(this.#timer);
    const { sheet, runs, stale } = this.bench.worksheet;
    const known = this.#known.peek();
    if (known === null) return;
    const code = sheet.cells.peek().filter((cell) => cell.type === "code");
    const found = staleCells(code.map((cell) => cell.id), runs.results.peek(), known, (cell) => this.#isChanged(cell, known));
    this.#stale.value = found;
    const numbers = new Map(code.map((cell) => [cell.id, cell.number]));
    const told = new Map([...found].map(([cell, why]) => [cell, wordsFor(why, numbers)]));
    // A map that says the same would draw every cell anew.
    const before = stale.peek();
    if (told.size !== before.size || [...told].some(([cell, text]) => before.get(cell) !== text)) stale.value = told;
  }

  #ask(): void {
    void this.bench.socket.ask<"names">({ type: "names", document: this.bench.worksheet.id }).catch(() => undefined);
  }

  /** Texts change with every key: they are looked at when nobody has typed for a moment. */
  #follow(): () => void {
    const { doc, map } = this.bench.worksheet.sheet;
    const soon = () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.look(), REST);
    };
    map.observeDeep(soon);
    return () => doc.getMap("cells").unobserveDeep(soon);
  }

  #isChanged(cell: string, known: Known): boolean {
    const { runs, sheet } = this.bench.worksheet;
    const run = runs.results.peek().get(cell)?.run;
    if (run === undefined || !isOver(run.state)) return false;
    const [text, shape] = [sheet.text(cell), known.cells.get(cell)?.shape ?? ""];
    const looked = this.#looked.get(cell);
    if (looked?.text === text && looked.hash === run.hash && looked.shape === shape) return looked.changed;
    const changed = sha256(text) !== run.hash && (shape === "" || shapeOf(text) !== shape);
    this.#looked.set(cell, { text, hash: run.hash, shape, changed });
    return changed;
  }
}

function wordsFor(why: Why, numbers: ReadonlyMap<string, number>): string {
  if (why.kind !== "written" && why.kind !== "behind") return words.stale[why.kind];
  if (why.cell === "") return words.stale.removed(why.name);
  return words.stale[why.kind](why.name, words.stale.cell(numbers.get(why.cell) ?? 0));
}

const all = new WeakMap<Worksheet, Marks>();

/** Those of a worksheet that is shown. */
export function marksOf(bench: Bench): Marks {
  const found = all.get(bench.worksheet) ?? new Marks(bench);
  all.set(bench.worksheet, found);
  return found;
}

/** Keep them for as long as a worksheet is shown. */
export function useStale(): void {
  const parts = useParts();
  useEffect(() => {
    const marks = marksOf(parts);
    return () => {
      marks.stop();
      all.delete(parts.worksheet);
    };
  }, [parts]);
}
