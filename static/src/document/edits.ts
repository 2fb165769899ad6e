/** Local edits on their way to the server: collected for a moment, sent in order, kept until the server says saved.
 *
 * Offline they stay in the document; after a reconnect what the server lacks is computed from its state vector. */

import { computed, signal } from "@preact/signals";
import * as Y from "yjs";
import { fromBase64, toBase64 } from "../net/base64";
import { MAX_MESSAGE, type ToServer } from "../net/messages";
import { REMOTE, type SheetDocument } from "./document";

const COLLECT = 25;
const SLOW = 400;

export type Saving = "saved" | "saving" | "unsaved";

export class Edits {
  /** How many edits the server has not confirmed. */
  readonly unsaved = signal(0);
  /** True once something has waited for longer than a blink. */
  readonly slow = signal(false);
  /** When the oldest edit was made that is not confirmed; null when all are. */
  readonly since = signal<number | null>(null);
  /** Why the server, or this page, refuses an edit: a sentence, or a key of `notices` in the view's words. */
  readonly refused = signal<string | null>(null);
  readonly dirty = computed(() => this.unsaved.value > 0);
  #collected: Uint8Array[] = [];
  /** When the first of what was collected was made. */
  #made = 0;
  /** Edits that were sent and are not confirmed, with when each was made. A step has the number of its edit in its `meta`. */
  readonly #sent = new Map<number, number>();
  /** What is not confirmed, step by step, so that it can be made anew in another document (carry-over.ts). */
  steps!: Y.UndoManager;
  #next = 0;
  #timer = 0;
  #slowTimer = 0;

  constructor(
    readonly sheet: SheetDocument,
    readonly document: string,
    readonly send: (message: ToServer) => boolean,
  ) {
    this.begin();
  }

  /** The sheet has another document: what was to be sent of the former one is forgotten. */
  begin(): void {
    this.#forget();
    const { doc, map, meta } = this.sheet;
    this.steps = new Y.UndoManager([map, meta], { trackedOrigins: new Local(), captureTimeout: 0 });
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE && doc === this.sheet.doc) this.#add(update);
    });
    this.#count();
  }

  /** Send what was collected, now: before a run, before a save. */
  flush(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    const [only, ...others] = this.#collected;
    if (only === undefined) return;
    const update = others.length > 0 ? Y.mergeUpdates(this.#collected) : only;
    this.#collected = [];
    this.#send(update);
  }

  /** The server's state is here: send what it lacks. */
  resend(vector: string): void {
    const { doc } = this.sheet;
    this.#forget();
    this.#made = this.since.value ?? Date.now();
    const theirs = vector ? fromBase64(vector) : new Uint8Array([0]);
    if (this.unsaved.value > 0 || lacks(theirs, doc)) this.#send(Y.encodeStateAsUpdate(doc, theirs));
    else this.#count();
  }

  saved(edit: number): void {
    this.steps.undoStack = this.steps.undoStack.filter(({ meta }) => meta.get(0) !== edit);
    this.#sent.delete(edit);
    this.#count();
  }

  /** Whether an edit is on its way that was not sent anew since, under another number. */
  awaits(edit: number | null | undefined): boolean {
    return edit == null || this.#sent.has(edit);
  }

  /** The server refused an edit; it stays on the screen, marked as not saved. */
  refuse(reason: string): void {
    this.refused.value = reason;
  }

  #forget(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#collected = [];
    this.#sent.clear();
  }

  #add(update: Uint8Array): void {
    if (this.#collected.length === 0) this.#made = Date.now();
    this.#collected.push(update);
    this.#count();
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.flush(), COLLECT);
  }

  #send(update: Uint8Array): void {
    const encoded = toBase64(update);
    if (encoded.length > MAX_MESSAGE - 1000) return this.refuse("tooLarge");
    const edit = (this.#next += 1);
    this.steps.undoStack.forEach(({ meta }) => this.#sent.has(meta.get(0)) || meta.set(0, edit));
    this.#sent.set(edit, this.#made);
    this.send({ type: "edit", document: this.document, edit, update: encoded, past: this.sheet.past.peek() });
    this.#count();
  }

  #count(): void {
    this.unsaved.value = this.#sent.size + (this.#collected.length > 0 ? 1 : 0);
    const [oldest] = this.#sent.values();
    this.since.value = this.unsaved.value > 0 ? (oldest ?? this.#made) : null;
    if (this.unsaved.value === 0) {
      window.clearTimeout(this.#slowTimer);
      this.#slowTimer = 0;
      this.slow.value = false;
    } else if (this.#slowTimer === 0) {
      this.#slowTimer = window.setTimeout(() => (this.slow.value = true), SLOW);
    }
  }
}

/** Every origin but the server. Yjs asks for the origin of a change, and for what made the origin. */
class Local extends Set<unknown> {
  override has(origin: unknown): boolean {
    return origin !== REMOTE && origin !== String;
  }
}

/** Whether a state vector lacks something of a document. */
function lacks(vector: Uint8Array, doc: Y.Doc): boolean {
  const theirs = Y.decodeStateVector(vector);
  const ours = Y.decodeStateVector(Y.encodeStateVector(doc));
  return [...ours].some(([client, clock]) => (theirs.get(client) ?? 0) < clock);
}
