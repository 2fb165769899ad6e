/** One open worksheet: its parts, joined to the connection. Views read signals and call methods. */

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Doc } from "yjs";
import { fromBase64 } from "../net/base64";
import type { Hearers } from "../net/hearing";
import type { Answer, Opened } from "../net/messages";
import type { Link } from "../net/socket";
import type { carryOver } from "./carry-over";
import { SheetDocument, TOOLS } from "./document";
import { Edits } from "./edits";
import { Notices } from "./notices";
import { buildTree, sectionsOf, spanOf, visibleCells } from "./outline";
import { People } from "./people";
import { Runs } from "./runs";
import { Session } from "./session";
import { Versions } from "./versions";

/** Milliseconds. */
const AGAIN = 1000;

let carry: () => Promise<{ carryOver: typeof carryOver }>;

/** Say where `carryOver` comes from: a view has it in one file with what else comes right behind its first paint. */
export function carryWith(load: typeof carry): void {
  carry = load;
}

export class Worksheet {
  readonly sheet = new SheetDocument();
  readonly notices = new Notices();
  readonly edits: Edits;
  readonly runs: Runs;
  readonly session: Session;
  readonly people: People;
  readonly versions: Versions;
  /** Why cells are stale, in words, once the part that knows it has come. */
  readonly stale = signal<ReadonlyMap<string, string>>(new Map());
  /** Run the stale cells, or those of the active section: set by that part. */
  runStale: (section: boolean) => void = () => undefined;
  /** Have what is stale run by itself, or no more: set by that part, too. */
  switchReactive = (): void => undefined;
  readonly #loaded = signal(false);
  readonly #path = signal("");
  /** What the server has let its past go for, while what carries our edits over to it is on its way. */
  #fresh: Doc | null = null;
  /** Not 0 from an edit that came too soon until the document is opened anew. */
  #again = 0;
  readonly #problem = signal<string | null>(null);
  /** Why it can't be opened: it is not there, or not for this person. */
  readonly problem: ReadonlySignal<string | null> = this.#problem;
  readonly loaded: ReadonlySignal<boolean> = this.#loaded;
  readonly path: ReadonlySignal<string> = this.#path;
  readonly tree = computed(() => buildTree(this.sheet.cells.value));
  readonly sections = computed(() => sectionsOf(this.tree.value));
  readonly visible = computed(() => visibleCells(this.tree.value));
  readonly mayEdit = computed(() => (this.link.welcome.value?.role ?? "viewer") !== "viewer");
  /** The cells whose text this person may only read: protected ones, for everybody but owners. */
  readonly kept = computed<ReadonlySet<string>>(() => {
    const owns = this.link.welcome.value?.role === "owner";
    return new Set(this.sheet.cells.value.filter(({ flags }) => !owns && flags["protected"]).map(({ id }) => id));
  });
  readonly mayRun = computed(() => this.link.welcome.value?.may_run === true);

  constructor(
    readonly id: string,
    readonly link: Link,
  ) {
    this.edits = new Edits(this.sheet, id, (message) => link.send(message));
    this.runs = new Runs(id, link, this.sheet, this.edits, this.notices);
    this.session = new Session(id, link);
    this.people = new People(id, link);
    this.versions = new Versions(link, () => this.edits.flush());
  }

  /** What the worksheet hears, part by part. */
  get hearers(): readonly Hearers[] {
    const own: Hearers = {
      opened: (message) => this.#opened(message),
      edit: ({ update }) => this.#apply(update),
      saved: ({ edit }) => this.edits.saved(edit),
      renamed: ({ document }) => {
        if (document.id === this.id) this.#path.value = document.path;
      },
      error: (message) => this.#error(message),
    };
    return [own, this.runs.hearers, this.session.hearers, this.people.hearers, this.versions.hearers];
  }

  /** Ask for the document: at the start and after every reconnect. */
  open(): void {
    const { place } = this.runs;
    const past = this.sheet.past.peek();
    this.link.send({ type: "open", document: this.id, vector: this.sheet.vector(), past, ...(place ? { have: place } : {}) });
  }

  close(): void {
    this.edits.flush();
    this.link.send({ type: "close", document: this.id });
    this.runs.close();
  }

  /** Whether one of these cells is protected from this person, who is told then. */
  refuses(ids: readonly string[]): boolean {
    const refused = ids.some((id) => this.kept.value.has(id));
    if (refused) this.notices.show("protected");
    return refused;
  }

  run(ids: readonly string[]): void {
    if (this.mayRun.value) this.runs.run(ids);
  }

  /** Run a section and everything below it; for a cell, itself. */
  runSection(id: string): void {
    this.run(spanOf(this.sheet.cells.value, id).map((cell) => cell.id));
  }

  runAll(): void {
    this.run(this.sheet.cells.value.map((cell) => cell.id));
  }

  restartAndRunAll(): void {
    if (!this.mayRun.value) return;
    // In this order on one connection: the server ends the old session, and what is asked then waits for the new one.
    this.session.restart();
    this.runAll();
  }

  #opened(message: Opened): void {
    const cells = message.cells ?? null;
    const past = message.past ?? 0;
    const { sheet } = this;
    this.#again = 0;
    if (!this.#loaded.peek()) sheet.past.value = past;
    const fresh = (this.#fresh = past === sheet.past.peek() ? null : new TOOLS.Doc());
    batch(() => {
      if (message.update) this.#apply(message.update);
      this.runs.know(cells, message);
      this.#path.value = message.path;
      this.session.know(message.session);
      this.people.know(message.people);
      this.#loaded.value = true;
    });
    const resume = () => this.runs.resume(cells !== null);
    // Our edits go first: what is asked to run again may need them.
    if (fresh === null) {
      this.edits.resend(message.vector);
      resume();
    } else {
      void carry().then(({ carryOver }) => {
        if (fresh !== this.#fresh) return;
        this.#fresh = null;
        carryOver(sheet, this.edits, fresh, past, TOOLS);
        resume();
      });
    }
  }

  #apply(update: string): void {
    this.sheet.apply(fromBase64(update), this.#fresh);
  }

  #error(message: Answer<"error">): void {
    if (message.about === "open" && !this.#loaded.value) {
      this.#problem.value = message.message;
      return;
    }
    if (message.about === "edit") {
      // It came too soon, and what came behind builds on it: `opened` has all of it sent anew.
      if (message.code === "too-often") this.#again ||= window.setTimeout(() => this.open(), AGAIN);
      if (this.#again !== 0 || !this.edits.awaits(message.edit)) return;
    }
    // What it refuses is carried over: `opened` has said so before, or does now.
    if (message.code === "past-changed") return;
    if (message.about === "edit" || message.code === "bad-update" || message.code === "read-only") {
      this.edits.refuse(message.message);
    }
    this.notices.show(message.message);
  }
}
