/** Local edits on their way to the server: collected for a moment, sent in order, kept until the server says saved.
 *
 * Offline they stay in the document; after a reconnect what the server lacks is computed from its state vector. */

import { computed, signal } from "@preact/signals";
import * as Y from "yjs";
import { fromBase64, toBase64 } from "../net/base64";
import { MAX_MESSAGE, type ToServer } from "../net/messages";
import { strings } from "../strings";
import { REMOTE } from "./document";

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
  readonly refused = signal<string | null>(null);
  readonly dirty = computed(() => this.unsaved.value > 0);
  #collected: Uint8Array[] = [];
  /** When the first of what was collected was made. */
  #made = 0;
  /** Edits that were sent and are not confirmed, with when each was made. */
  readonly #sent = new Map<number, number>();
  #next = 0;
  #timer = 0;
  #slowTimer = 0;

  constructor(
    readonly doc: Y.Doc,
    readonly document: string,
    readonly send: (message: ToServer) => boolean,
  ) {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE) this.#add(update);
    });
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
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#collected = [];
    this.#sent.clear();
    this.#made = this.since.value ?? Date.now();
    const theirs = vector ? fromBase64(vector) : new Uint8Array([0]);
    if (this.unsaved.value > 0 || lacks(theirs, this.doc)) this.#send(Y.encodeStateAsUpdate(this.doc, theirs));
    else this.#count();
  }

  saved(edit: number): void {
    this.#sent.delete(edit);
    this.#count();
  }

  /** The server refused an edit; it stays on the screen, marked as not saved. */
  refuse(reason: string): void {
    this.refused.value = reason;
  }

  #add(update: Uint8Array): void {
    if (this.#collected.length === 0) this.#made = Date.now();
    this.#collected.push(update);
    this.#count();
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.flush(), COLLECT);
  }

  #send(update: Uint8Array): void {
    const encoded = toBase64(update);
    if (encoded.length > MAX_MESSAGE - 1000) return this.refuse(strings.tooLarge);
    const edit = (this.#next += 1);
    this.#sent.set(edit, this.#made);
    this.send({ type: "edit", document: this.document, edit, update: encoded });
    this.#count();
  }

  #count(): void {
    this.unsaved.value = this.#sent.size + (this.#collected.length > 0 ? 1 : 0);
    const [oldest = this.#made] = this.#sent.values();
    this.since.value = this.unsaved.value > 0 ? oldest : null;
    if (this.unsaved.value === 0) {
      window.clearTimeout(this.#slowTimer);
      this.#slowTimer = 0;
      this.slow.value = false;
    } else if (this.#slowTimer === 0) {
      this.#slowTimer = window.setTimeout(() => (this.slow.value = true), SLOW);
    }
  }
}

/** Whether a state vector lacks something of a document. */
function lacks(vector: Uint8Array, doc: Y.Doc): boolean {
  const theirs = Y.decodeStateVector(vector);
  const ours = Y.decodeStateVector(Y.encodeStateVector(doc));
  return [...ours].some(([client, clock]) => (theirs.get(client) ?? 0) < clock);
}
