/** The session of a worksheet: what the server says of it, and what people ask of it. */

import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { SessionStatus } from "../net/messages";
import type { Link } from "../net/socket";

export class Session {
  readonly #status = signal<SessionStatus | null>(null);
  readonly #dismissed: Signal<string>;
  /** This page has asked for the session's end, and has not heard of it yet. */
  #wished = false;
  /** Only the server changes it. */
  readonly status: ReadonlySignal<SessionStatus | null> = this.#status;
  /** The server's sentence about the session, until somebody has dismissed it. */
  readonly sentence = computed(() => {
    const status = this.#status.value;
    return status !== null && !this.#isRead(status, this.#dismissed.value) ? (status.sentence ?? null) : null;
  });
  /** Whether there are variables that a restart would take away. */
  readonly alive = computed(() => !["stopped", "ended"].includes(this.#status.value?.state ?? "stopped"));
  /** When the session began, by the server's clock; what ran before that ran in another one. */
  readonly began = computed(() => (this.alive.value ? Date.parse(this.#status.value?.since ?? "") : Infinity));
  readonly hearers: Hearers = { session: (message) => this.know(message) };

  constructor(
    readonly document: string,
    readonly link: Link,
  ) {
    // For as long as this tab: what was read must not come back with a reload.
    this.#dismissed = signal(sessionStorage.getItem(this.#place) ?? "");
  }

  know(status: SessionStatus): void {
    batch(() => {
      this.#status.value = status;
      if (!status.sentence) this.#read("");
      else if (this.#wished && WISHED.has(status.reason ?? "")) this.dismiss();
    });
  }

  /** Hide the sentence, and that variables are gone with it, until the server has nothing to say any more. */
  dismiss(): void {
    this.#wished = false;
    const status = this.#status.value;
    if (status !== null) this.#read(keyOf(status));
  }

  interrupt(): void {
    this.link.send({ type: "interrupt", document: this.document });
  }

  restart(): void {
    this.#wished = this.link.send({ type: "restart", document: this.document });
  }

  stop(): void {
    this.#wished = this.link.send({ type: "stop", document: this.document });
  }

  get #place(): string {
    return `sagews.read.${this.document}`;
  }

  #read(key: string): void {
    if (key === this.#dismissed.value) return;
    this.#dismissed.value = key;
    sessionStorage.setItem(this.#place, key);
  }

  /** Who has read why a session ended knows that its variables are gone. */
  #isRead(status: SessionStatus, dismissed: string): boolean {
    return dismissed !== "" && (status.reason === "gone" || dismissed === keyOf(status));
  }
}

/** Why a session is over of which somebody asked for the end; they need not be told. */
const WISHED: ReadonlySet<string> = new Set(["restarted", "stopped", "gone"]);

/** Figures such as memory come again and again in one state; what was dismissed must not come back with them. */
function keyOf(status: SessionStatus): string {
  return `${status.state} ${status.since} ${status.sentence ?? ""}`;
}
