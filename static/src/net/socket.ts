/** One websocket that comes back by itself: does what connection.ts decides, answers requests, measures the way. */

import { computed, signal } from "@preact/signals";
import { ApiError } from "./http";
import { ticketFor } from "./ticket";
import { START, step, type Connection, type Effect, type Event, type Secret } from "./connection";
import { MAX_MESSAGE, PROTOCOL, parseMessage, type Answer, type FromServer, type Question, type ToServer, type Welcome } from "./messages";

/** Milliseconds without a word after which a connection is taken for lost; a network that is cut never says so. */
const SILENCE = 10_000;
/** How long a connection may take to be made and greeted. */
const GREETING = 20_000;
const TICK = 1000;
/** Pongs wait for whatever the page does: the quickest of some is what the way to the server takes. */
const MEASURED = 5;
/** Milliseconds. A version of many files takes minutes to be brought back; that nobody is there any more shows by silence. */
const ANSWER = 360_000;

interface Waiting {
  resolve(message: FromServer): void;
  reject(error: ApiError): void;
  timer: number;
}

/** What the parts of a worksheet need of the connection. */
export type Link = Pick<Socket, "send" | "ask" | "welcome">;

export class Socket {
  readonly state = signal<Connection>(START);
  readonly milliseconds = signal<number | null>(null);
  readonly welcome = signal<Welcome | null>(null);
  /** Whether there was a connection and is none: what is known of the server is what it was. */
  readonly lost = computed(() => this.welcome.value !== null && this.state.value.phase !== "open");
  /** Seconds since the last sign of life while an answer is overdue, else 0. */
  readonly silent = signal(0);
  #socket: WebSocket | null = null;
  #timer = 0;
  #ticking = 0;
  #deadline = 0;
  #ticked = 0;
  #heardAt = 0;
  #pinged = 0;
  /** When the oldest ping was sent of which nothing has come back. */
  #unanswered: number | null = null;
  #delays: number[] = [];
  #request = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** `listener` hears every message after the welcome, and the welcome itself. */
  constructor(
    readonly workspace: string,
    readonly listener: (message: FromServer) => void,
  ) {}

  start(): void {
    window.removeEventListener("online", this.#online);
    window.addEventListener("online", this.#online);
    this.#take({ type: "start" });
  }

  stop(): void {
    window.removeEventListener("online", this.#online);
    this.#take({ type: "stop" });
  }

  /** The server has given the workspace another name. */
  named(name: string): void {
    const welcome = this.welcome.value;
    if (welcome !== null) this.welcome.value = { ...welcome, workspace: { ...welcome.workspace, name } };
  }

  get open(): boolean {
    return this.state.value.phase === "open";
  }

  /** Send, if connected. Whatever must not be lost is sent again by its owner after the next welcome. */
  send(message: ToServer): boolean {
    if (!this.open || this.#socket === null) return false;
    const text = JSON.stringify(message);
    if (text.length > MAX_MESSAGE) return false;
    this.#socket.send(text);
    return true;
  }

  /** Ask and wait for the answer with the same number. */
  ask<Type extends FromServer["type"]>(message: Question): Promise<Answer<Type>> {
    const request = (this.#request += 1);
    return new Promise<Answer<Type>>((resolve, reject) => {
      const timer = window.setTimeout(() => this.#reject(request, new ApiError("unreachable", "", 0)), ANSWER);
      this.#waiting.set(request, { resolve: resolve as (message: FromServer) => void, reject, timer });
      if (!this.send({ ...message, request })) this.#reject(request, new ApiError("unreachable", "", 0));
    });
  }

  readonly #online = () => this.#take({ type: "online" });

  #take(event: Event): void {
    const [state, effects] = step(this.state.value, event, Math.random());
    this.state.value = state;
    effects.forEach((effect) => this.#do(effect));
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "fetch_ticket":
        return this.#fetchTicket();
      case "connect":
        return this.#connect(effect.url);
      case "hello":
        return this.#hello(effect.secret);
      case "wait":
        window.clearTimeout(this.#timer);
        this.#timer = window.setTimeout(() => this.#take({ type: "timer" }), effect.seconds * 1000);
        return;
      case "close":
        this.#socket?.close();
    }
  }

  #fetchTicket(): void {
    ticketFor(this.workspace).then(
      ({ ticket, url }) => this.#take({ type: "ticket", ticket, url }),
      (error: unknown) => {
        const refused = error instanceof ApiError ? error : new ApiError("internal", "", 0);
        const final = refused.status >= 400 && refused.status < 500 && refused.status !== 429;
        this.#take({ type: "ticket_failed", code: refused.code, final });
      },
    );
  }

  #connect(url: string): void {
    const socket = new WebSocket(url);
    this.#socket = socket;
    window.clearTimeout(this.#deadline);
    this.#deadline = window.setTimeout(() => this.#abandon(), GREETING);
    const mine = (action: () => void) => () => this.#socket === socket && action();
    socket.onopen = mine(() => this.#take({ type: "opened" }));
    socket.onclose = mine(() => this.#lost());
    socket.onmessage = (frame) => {
      const message = parseMessage(frame.data);
      if (message !== null && this.#socket === socket) this.#heard(message);
    };
  }

  #hello(secret: Secret): void {
    this.#socket?.send(JSON.stringify({ type: "hello", protocol: PROTOCOL, client: "page", [secret.kind]: secret.value }));
  }

  #heard(message: FromServer): void {
    this.#heardAt = performance.now();
    this.#unanswered = null;
    this.silent.value = 0;
    if (message.type === "pong") return this.#ponged(message.sent);
    if (message.type === "going_away") return this.#take(message);
    if (message.type === "error" && this.state.value.phase === "handshake") {
      return this.#take({ type: "refused", code: message.code });
    }
    if (message.type === "welcome") this.#welcomed(message);
    if (message.type === "workspace_named") this.named(message.name);
    if (message.type === "rights" && this.welcome.value !== null) {
      this.welcome.value = { ...this.welcome.value, role: message.role, may_run: message.may_run };
    }
    const request = "request" in message ? message.request : null;
    const waiting = typeof request === "number" ? this.#waiting.get(request) : undefined;
    if (waiting !== undefined && typeof request === "number") {
      window.clearTimeout(waiting.timer);
      this.#waiting.delete(request);
      if (message.type === "error") waiting.reject(new ApiError(message.code, message.message, 0));
      else waiting.resolve(message);
      if (message.type === "error") return;
    }
    this.listener(message);
  }

  #welcomed(message: Welcome): void {
    this.welcome.value = message;
    this.#take({ type: "welcome", resume: message.resume });
    window.clearTimeout(this.#deadline);
    window.clearInterval(this.#ticking);
    this.#delays = [];
    this.#ticked = performance.now();
    this.#ticking = window.setInterval(() => this.#tick(Math.max(message.ping_seconds, 1) * 1000), TICK);
    this.#sendPing();
  }

  /** Every second: ask for a sign of life when it is time, and look how long there was none. */
  #tick(every: number): void {
    const now = performance.now();
    // After a sleep, or when the page itself was busy, what has come in the meantime has not been heard yet.
    const late = now - this.#ticked > 3 * TICK;
    this.#ticked = now;
    if (late) this.#unanswered = null;
    if (late || now - this.#pinged >= every) this.#sendPing();
    const waited = this.#unanswered === null ? 0 : now - this.#unanswered;
    if (waited >= SILENCE) return this.#abandon();
    this.silent.value = waited > 2 * TICK ? Math.round((now - this.#heardAt) / 1000) : 0;
  }

  #sendPing(): void {
    const now = performance.now();
    if (!this.send({ type: "ping", sent: now })) return;
    this.#pinged = now;
    this.#unanswered ??= now;
  }

  #ponged(sent: number): void {
    this.#delays = [...this.#delays.slice(1 - MEASURED), performance.now() - sent];
    this.milliseconds.value = Math.max(1, Math.round(Math.min(...this.#delays)));
  }

  /** Take the connection for lost at once: closing it in order would wait for the other side, which is gone. */
  #abandon(): void {
    const socket = this.#socket;
    this.#lost();
    socket?.close();
  }

  #lost(): void {
    this.#socket = null;
    this.silent.value = 0;
    this.#unanswered = null;
    window.clearInterval(this.#ticking);
    window.clearTimeout(this.#deadline);
    for (const request of [...this.#waiting.keys()]) this.#reject(request, new ApiError("unreachable", "", 0));
    this.#take({ type: "closed" });
  }

  #reject(request: number, error: ApiError): void {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) return;
    window.clearTimeout(waiting.timer);
    this.#waiting.delete(request);
    waiting.reject(error);
  }
}
