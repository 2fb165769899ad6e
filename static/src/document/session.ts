/** The session of a worksheet: what the server says of it, and what people ask of it. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { SessionStatus } from "../net/messages";
import type { Link } from "../net/socket";

export class Session {
  readonly #status = signal<SessionStatus | null>(null);
  readonly #dismissed = signal("");
  /** Only the server changes it. */
  readonly status: ReadonlySignal<SessionStatus | null> = this.#status;
  /** The server's sentence about the session, until somebody has dismissed it. */
  readonly sentence = computed(() => {
    const status = this.#status.value;
    return status !== null && keyOf(status) !== this.#dismissed.value ? (status.sentence ?? null) : null;
  });
  /** Whether there are variables that a restart would take away. */
  readonly alive = computed(() => !["stopped", "ended"].includes(this.#status.value?.state ?? "stopped"));
  /** When the session began, by the server's clock; what ran before that ran in another one. */
  readonly began = computed(() => (this.alive.value ? Date.parse(this.#status.value?.since ?? "") : Infinity));
  readonly hearers: Hearers = { session: (message) => this.know(message) };

  constructor(
    readonly document: string,
    readonly link: Link,
  ) {}

  know(status: SessionStatus): void {
    this.#status.value = status;
  }

  /** Hide the sentence; the same one of a later state shows again. */
  dismiss(): void {
    const status = this.#status.value;
    if (status !== null) this.#dismissed.value = keyOf(status);
  }

  interrupt(): void {
    this.link.send({ type: "interrupt", document: this.document });
  }

  restart(): void {
    this.link.send({ type: "restart", document: this.document });
  }

  stop(): void {
    this.link.send({ type: "stop", document: this.document });
  }
}

/** Figures such as memory come again and again in one state; what was dismissed must not come back with them. */
function keyOf(status: SessionStatus): string {
  return `${status.state} ${status.since} ${status.sentence ?? ""}`;
}
