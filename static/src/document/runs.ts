/** The runs of one worksheet: asking for them, following what the server says of them, keeping what they printed. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import { MAX_CELLS_IN_A_RUN, type Answer, type CellOutput, type ChannelEvent, type CellRun, type OutputMessage, type Piece, type StreamPosition } from "../net/messages";
import type { Link } from "../net/socket";
import { strings } from "../strings";
import { seconds } from "../times";
import type { SheetDocument } from "./document";
import type { Edits } from "./edits";
import { newRunId } from "./identifiers";
import { Together, type Notices } from "./notices";
import { applyChannel, applyCleared, applyOutput, applyRunState, expectRun, forgetExpected, isOver, replaceAll, type Results } from "./results";
import { sha256 } from "../net/sha256";

export class Runs {
  readonly #results = signal<Results>(new Map());
  readonly results: ReadonlySignal<Results> = this.#results;
  /** The event that ended a run last, until it is committed; 0 when all are. */
  readonly #unkept = signal(0);
  readonly unkept = computed(() => this.#unkept.value > 0);
  /** When the first run ended whose end is not committed; null when all are. */
  readonly unkeptSince = signal<number | null>(null);
  readonly busy = computed(() => [...this.#results.value.values()].filter((result) => !isOver(result.run.state)));
  /** The cell that waits for an answer, if one does. */
  readonly asks = computed(() => this.busy.value.find(({ run }) => run.channels?.some(({ kind }) => kind === "input"))?.run.cell ?? null);
  readonly together = new Together();
  /** Whether what is asked for together goes on behind a cell that fails: set by the part that lets people choose. */
  goesOn = false;
  /** What this page asked for last. */
  asked: readonly CellRun[] = [];
  readonly hearers: Hearers = {
    run_state: (message) => this.#runState(message),
    output: (message) => this.#output(message),
    channel_opened: (message) => this.#channel(message),
    channel_closed: (message) => this.#channel(message),
    channel_state: (message) => this.#channel(message),
    cleared: (message) => {
      this.flush();
      if (this.#follow(message)) this.#results.value = applyCleared(this.#results.value, message.runs);
    },
    kept: ({ sequence }) => {
      if (sequence >= this.#unkept.value) this.#expectKept(0);
    },
    changed: ({ cells, held }) => this.#changed([...cells, ...(held ?? [])]),
    error: ({ about }) => about === "run" && this.#forget([...this.#asking.values()].map((request) => request.cell)),
  };
  #place: StreamPosition | null = null;
  #asked = 0;
  #outputs: OutputMessage[] = [];
  /** Runs that were asked for and of which the server has said nothing yet; they are asked for again after a reconnect. */
  readonly #asking = new Map<string, CellRun>();
  #frame = 0;

  constructor(
    readonly document: string,
    readonly link: Link,
    readonly sheet: SheetDocument,
    readonly edits: Edits,
    readonly notices: Notices,
  ) {}

  /** Where we are in the document's events, for the server to go on from. */
  get place(): StreamPosition | null {
    return this.#place;
  }

  /** Run code cells in this order; they show as queued at once. */
  run(ids: readonly string[]): void {
    const cells = this.#requests(ids);
    if (cells.length === 0) return;
    // The server runs its own text: it must have ours first.
    this.edits.flush();
    if (!this.#ask(cells)) return this.notices.show("offline");
    this.together.begin((this.asked = cells), this.goesOn);
    cells.forEach((cell) => this.#asking.set(cell.run, cell));
    const queued = new Date().toISOString();
    this.#results.value = cells.reduce(
      (results, cell) => expectRun(results, cell.cell, { ...cell, number: (this.#asked += 1), state: "queued", queued }),
      this.#results.value,
    );
  }

  /** Delete the output of cells that do not run, for everybody; without a list that of all. */
  clearOutputs(cells: readonly string[] | null): void {
    const some = cells === null ? {} : { cells };
    if (!this.link.send({ type: "clear_outputs", document: this.document, ...some })) this.notices.show("offline");
  }

  /** Everything that is kept of a cell's run. */
  async whole(cell: string): Promise<void> {
    const run = this.#results.value.get(cell)?.run.run;
    if (run === undefined) return;
    const all = await this.#allPieces(cell, run);
    const known = this.#results.value.get(cell);
    // While we waited the cell may have run again, or printed more than the answers hold.
    if (known?.run.run !== run) return;
    const pieces = all.length >= known.pieces.length ? all : known.pieces;
    this.#results.value = new Map(this.#results.value).set(cell, { ...known, pieces, leftOut: 0 });
  }

  /** It comes in parts; nobody needs the rest of a run whose cell has run again. */
  async #allPieces(cell: string, run: string): Promise<readonly Piece[]> {
    const all: Piece[] = [];
    while (this.#results.value.get(cell)?.run.run === run) {
      const after = all.at(-1)?.sequence ?? 0;
      const answer = await this.link.ask<"whole_output">({ type: "output", document: this.document, run, after });
      all.push(...answer.pieces);
      if (!answer.more || answer.pieces.length === 0) break;
    }
    return all;
  }

  /** The document is open (again): what the server keeps, unless it could go on from where we were. */
  know(cells: readonly CellOutput[] | null, place: StreamPosition): void {
    this.flush();
    if (cells !== null) this.#results.value = replaceAll(cells);
    this.#expectKept(0);
    this.#place = { epoch: place.epoch, sequence: place.sequence };
  }

  /** Ask again for what was asked before the connection was lost, unless the server has just told everything. */
  resume(everything: boolean): void {
    if (everything) this.#asking.clear();
    if (this.#asking.size > 0) this.#ask([...this.#asking.values()], this.together.goesOn);
  }

  /** Take the output that waits for the next frame, now. */
  flush(): void {
    this.#frame = 0;
    const outputs = this.#outputs;
    if (outputs.length === 0) return;
    this.#outputs = [];
    this.#results.value = outputs.reduce(applyOutput, this.#results.value);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
  }

  #requests(ids: readonly string[]): CellRun[] {
    const code = new Set(this.sheet.cells.value.filter((cell) => cell.type === "code").map((cell) => cell.id));
    return ids
      .filter((id) => code.has(id))
      .map((cell) => ({ cell, text: this.sheet.text(cell) }))
      .filter(({ text }) => text.trim() !== "")
      .slice(0, MAX_CELLS_IN_A_RUN)
      .map(({ cell, text }) => ({ cell, run: newRunId(), hash: sha256(text) }));
  }

  #ask(cells: readonly CellRun[], goesOn = this.goesOn): boolean {
    return this.link.send({ type: "run", document: this.document, cells, go_on: goesOn });
  }

  /** What ended with this event is not committed yet; with 0, everything is. */
  #expectKept(sequence: number): void {
    this.#unkept.value = sequence;
    this.unkeptSince.value = sequence === 0 ? null : (this.unkeptSince.value ?? Date.now());
  }

  #runState(message: Answer<"run_state">): void {
    this.flush();
    this.#asking.delete(message.run);
    if (!this.#follow(message)) return;
    const before = this.#results.value.get(message.cell)?.run;
    this.#results.value = applyRunState(this.#results.value, message);
    // Of a run that was over already nobody waits for the end.
    if (before?.run === message.run && isOver(before.state)) return;
    this.together.follow(message, this.#results.value.get(message.cell));
    if (isOver(message.state)) this.#expectKept(message.sequence);
    this.#announce(message);
  }

  #channel(message: ChannelEvent): void {
    if (!this.#follow(message)) return;
    // What was shown comes with the news that it is all, and not a frame later.
    this.flush();
    this.#results.value = applyChannel(this.#results.value, message);
  }

  /** Say aloud how a run ended; screen readers hear it. */
  #announce(run: Answer<"run_state">): void {
    const number = this.sheet.cells.value.find((cell) => cell.id === run.cell)?.number ?? 0;
    if (run.state === "done") this.notices.announce(strings.announceDone(number, seconds(run.seconds ?? 0)));
    else if (run.state === "error") this.notices.announce(strings.announceError(number));
    else if (run.state === "interrupted") this.notices.announce(strings.announceStopped(number));
  }

  /** Output is taken once a frame, however fast it comes; a page that nobody sees has no frames. */
  #output(message: OutputMessage): void {
    if (!this.#follow(message)) return;
    this.#outputs.push(message);
    if (this.#frame === 0) {
      const later = document.hidden ? (action: () => void) => window.setTimeout(action, 250) : requestAnimationFrame;
      this.#frame = later(() => this.flush());
    }
  }

  /** Note where we are; false for an event that was seen already. */
  #follow(place: StreamPosition): boolean {
    const known = this.#place;
    if (known !== null && known.epoch === place.epoch && place.sequence <= known.sequence) return false;
    this.#place = { epoch: place.epoch, sequence: place.sequence };
    return true;
  }

  #changed(cells: readonly string[]): void {
    this.#forget(cells);
    this.notices.show("changed");
  }

  #forget(cells: readonly string[]): void {
    for (const [run, request] of this.#asking) if (cells.includes(request.cell)) this.#asking.delete(run);
    this.#results.value = forgetExpected(this.#results.value, cells);
  }
}
