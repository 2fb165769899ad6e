/** One open worksheet: the document, its runs, its people, joined to the socket. Views read signals and call methods. */

import { batch, computed, signal } from "@preact/signals";
import * as Y from "yjs";
import { newRunId } from "./identifiers";
import { buildTree, sectionsOf, spanOf, visibleCells } from "./outline";
import {
  applyOutput, applyRunState, expectRun, forgetExpected, isOver, replaceAll, type Results,
} from "./results";
import { sha256 } from "./sha256";
import { seconds } from "../times";
import { fromBase64, toBase64 } from "../net/base64";
import type {
  Answer, FromServer, Opened, OutputMessage, Person, Piece, Place, SessionStatus, VersionEntry,
} from "../net/messages";
import type { Socket } from "../net/socket";
import { strings } from "../strings";
import { REMOTE, SheetDocument } from "./document";
import { Edits } from "./edits";

interface RunRequest {
  readonly cell: string;
  readonly run: string;
  readonly hash: string;
}

export class Worksheet {
  readonly sheet = new SheetDocument();
  readonly edits: Edits;
  readonly loaded = signal(false);
  readonly path = signal("");
  readonly results = signal<Results>(new Map());
  readonly session = signal<SessionStatus | null>(null);
  readonly people = signal<readonly Person[]>([]);
  readonly version = signal<VersionEntry | null>(null);
  readonly savingVersion = signal(false);
  readonly notice = signal<string | null>(null);
  readonly announcement = signal("");
  readonly tree = computed(() => buildTree(this.sheet.cells.value));
  readonly sections = computed(() => sectionsOf(this.tree.value));
  readonly visible = computed(() => visibleCells(this.tree.value));
  readonly mayEdit = computed(() => (this.socket.welcome.value?.role ?? "viewer") !== "viewer");
  readonly mayRun = computed(() => this.socket.welcome.value?.may_run === true);
  readonly busy = computed(() => [...this.results.value.values()].filter((result) => !isOver(result.run.state)));
  #place: Place | null = null;
  #asked = 0;
  #outputs: OutputMessage[] = [];
  /** Runs that were asked for and of which the server has said nothing yet; they are asked for again after a reconnect. */
  #asking = new Map<string, RunRequest>();
  #frame = 0;

  constructor(
    readonly id: string,
    readonly socket: Socket,
  ) {
    this.edits = new Edits(this.sheet.doc, id, (message) => socket.send(message));
  }

  /** Ask for the document: at the start and after every reconnect. */
  open(): void {
    const vector = toBase64(Y.encodeStateVector(this.sheet.doc));
    this.socket.send({ type: "open", document: this.id, vector, ...(this.#place ? { have: this.#place } : {}) });
  }

  close(): void {
    this.edits.flush();
    this.socket.send({ type: "close", document: this.id });
    cancelAnimationFrame(this.#frame);
  }

  hear(message: FromServer): void {
    if ("document" in message && typeof message.document === "string" && message.document !== this.id) return;
    switch (message.type) {
      case "opened":
        return this.#opened(message);
      case "edit":
        return Y.applyUpdate(this.sheet.doc, fromBase64(message.update), REMOTE);
      case "saved":
        return this.edits.saved(message.edit);
      case "run_state":
        return this.#runState(message);
      case "output":
        return this.#output(message);
      case "session":
        this.session.value = message;
        return;
      case "presence":
        return this.#presence(message.person, message.left === true);
      case "changed":
        this.#forget([...message.cells, ...(message.held ?? [])]);
        this.notice.value = "changed";
        return;
      case "renamed":
        if (message.document.id === this.id) this.path.value = message.document.path;
        return;
      case "version":
        if (message.version !== null) this.version.value = message.version;
        return;
      case "error":
        return this.#error(message);
      default:
        return;
    }
  }

  /** Run code cells in order; they show as queued at once. */
  run(ids: readonly string[]): void {
    const code = this.sheet.cells.value.filter((cell) => cell.type === "code" && ids.includes(cell.id));
    const cells: RunRequest[] = code
      .filter((cell) => this.sheet.text(cell.id).trim() !== "")
      .slice(0, 500)
      .map((cell) => ({ cell: cell.id, run: newRunId(), hash: sha256(this.sheet.text(cell.id)) }));
    if (cells.length === 0 || !this.mayRun.value) return;
    this.edits.flush();
    if (!this.#ask(cells)) {
      this.notice.value = "offline";
      return;
    }
    cells.forEach((cell) => this.#asking.set(cell.run, cell));
    const queued = new Date().toISOString();
    let results = this.results.value;
    for (const cell of cells) {
      results = expectRun(results, cell.cell, { ...cell, number: (this.#asked += 1), state: "queued", queued });
    }
    this.results.value = results;
  }

  #ask(cells: readonly RunRequest[]): boolean {
    const vector = toBase64(Y.encodeStateVector(this.sheet.doc));
    return this.socket.send({ type: "run", document: this.id, cells, vector });
  }

  /** Run a section and everything below it; for a cell, itself. */
  runSection(id: string): void {
    this.run(spanOf(this.sheet.cells.value, id).map((cell) => cell.id));
  }

  runAll(): void {
    this.run(this.sheet.cells.value.map((cell) => cell.id));
  }

  interrupt(): void {
    this.socket.send({ type: "interrupt", document: this.id });
  }

  restart(): void {
    this.socket.send({ type: "restart", document: this.id });
  }

  stopSession(): void {
    this.socket.send({ type: "stop", document: this.id });
  }

  /** Save now; with a name it becomes a named version. */
  async save(name: string | null = null): Promise<Answer<"version">> {
    this.edits.flush();
    this.savingVersion.value = true;
    try {
      return await this.socket.ask<"version">({ type: "save", ...(name ? { name } : {}) });
    } finally {
      this.savingVersion.value = false;
    }
  }

  /** Everything that is kept of a cell's run. */
  async wholeOutput(cell: string): Promise<void> {
    const run = this.results.value.get(cell)?.run.run;
    if (run === undefined) return;
    const answer = await this.socket.ask<"whole_output">({ type: "output", document: this.id, run });
    const known = this.results.value.get(cell);
    if (known?.run.run !== run) return;
    const pieces: readonly Piece[] = answer.pieces.length >= known.pieces.length ? answer.pieces : known.pieces;
    this.results.value = new Map(this.results.value).set(cell, { ...known, pieces, leftOut: 0 });
  }

  say(state: { cell: string; anchor?: number; head?: number } | null): void {
    this.socket.send({ type: "presence", document: this.id, state });
  }

  #opened(message: Opened): void {
    batch(() => {
      this.#flushOutputs();
      if (message.update) Y.applyUpdate(this.sheet.doc, fromBase64(message.update), REMOTE);
      if (message.cells != null) this.results.value = replaceAll(message.cells);
      this.#place = { epoch: message.epoch, sequence: message.sequence };
      this.path.value = message.path;
      this.session.value = message.session;
      const me = this.socket.welcome.value?.connection;
      this.people.value = message.people.filter((person) => person.connection !== me);
      this.loaded.value = true;
    });
    this.edits.resend(message.vector);
    if (message.cells != null) this.#asking.clear();
    if (this.#asking.size > 0) this.#ask([...this.#asking.values()]);
  }

  #runState(message: Answer<"run_state">): void {
    this.#flushOutputs();
    this.#asking.delete(message.run);
    if (!this.#follow(message)) return;
    this.results.value = applyRunState(this.results.value, message);
    this.#announce(message);
  }

  /** Say aloud how a run ended; screen readers hear it. */
  #announce(run: Answer<"run_state">): void {
    const number = this.sheet.cells.value.find((cell) => cell.id === run.cell)?.number ?? 0;
    if (run.state === "done") this.announcement.value = strings.announceDone(number, seconds(run.seconds ?? 0));
    else if (run.state === "error") this.announcement.value = strings.announceError(number);
    else if (run.state === "interrupted") this.announcement.value = strings.announceStopped(number);
  }

  /** Output is taken once a frame, however fast it comes. */
  #output(message: OutputMessage): void {
    if (!this.#follow(message)) return;
    this.#outputs.push(message);
    if (this.#frame === 0) {
      const later = document.hidden ? (action: () => void) => window.setTimeout(action, 250) : requestAnimationFrame;
      this.#frame = later(() => this.#flushOutputs());
    }
  }

  #flushOutputs(): void {
    this.#frame = 0;
    const outputs = this.#outputs;
    if (outputs.length === 0) return;
    this.#outputs = [];
    this.results.value = outputs.reduce(applyOutput, this.results.value);
  }

  /** Note where we are; false for an event that was seen already. */
  #follow(place: Place): boolean {
    const known = this.#place;
    if (known !== null && known.epoch === place.epoch && place.sequence <= known.sequence) return false;
    this.#place = { epoch: place.epoch, sequence: place.sequence };
    return true;
  }

  #forget(cells: readonly string[]): void {
    for (const [run, request] of this.#asking) if (cells.includes(request.cell)) this.#asking.delete(run);
    this.results.value = forgetExpected(this.results.value, cells);
  }

  #presence(person: Person, left: boolean): void {
    if (person.connection === this.socket.welcome.value?.connection) return;
    const others = this.people.value.filter((other) => other.connection !== person.connection);
    this.people.value = left ? others : [...others, person];
  }

  #error(message: Answer<"error">): void {
    if (message.about === "edit" || message.code === "bad-update" || message.code === "read-only") {
      this.edits.refuse(message.message);
    }
    if (message.about === "run") {
      this.#forget([...this.#asking.values()].map((request) => request.cell));
    }
    this.notice.value = message.message;
  }
}
