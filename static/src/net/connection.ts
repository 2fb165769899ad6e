/** When to connect, with which secret, and what people see of it: a pure machine; socket.ts does what it says.
 *
 *   idle ─start→ ticket ─ticket→ connecting ─opened→ handshake ─welcome→ open
 *   any of them ─closed→ waiting ─timer→ connecting (with the resume secret) or ticket (without one)
 *   refused for good (not signed in, other version, no access) → stopped
 */

export type Phase = "idle" | "ticket" | "connecting" | "handshake" | "open" | "waiting" | "stopped";

export interface Connection {
  readonly phase: Phase;
  readonly url: string | null;
  readonly secret: Secret | null;
  /** Attempts that failed since the last welcome. */
  readonly failures: number;
  /** The error code that stopped it. */
  readonly reason: string | null;
}

export interface Secret {
  readonly kind: "ticket" | "resume";
  readonly value: string;
}

export type Event =
  | { type: "start" }
  | { type: "ticket"; ticket: string; url: string }
  | { type: "ticket_failed"; code: string; final: boolean }
  | { type: "opened" }
  | { type: "welcome"; resume: string }
  | { type: "refused"; code: string }
  | { type: "going_away"; after: number }
  | { type: "closed" }
  | { type: "timer" }
  | { type: "online" }
  | { type: "stop" };

export type Effect =
  | { type: "fetch_ticket" }
  | { type: "connect"; url: string }
  | { type: "hello"; secret: Secret }
  | { type: "wait"; seconds: number }
  | { type: "close" };

export type Step = readonly [Connection, readonly Effect[]];

export const START: Connection = { phase: "idle", url: null, secret: null, failures: 0, reason: null };

const LONGEST = 30;
/** Codes after which trying again can't help. */
const FINAL = new Set(["version-mismatch", "not-signed-in", "forbidden", "not-found", "wrong-origin", "wrong-host"]);

/** How long to wait before an attempt: 0.5 to 2 s first, doubling to at most 30 s. */
export function delay(failures: number, random: number): number {
  return Math.min((0.5 + 1.5 * random) * 2 ** Math.min(failures, 10), LONGEST);
}

/** Take an event; `random` in [0, 1) spreads the attempts of many pages. */
export function step(state: Connection, event: Event, random: number): Step {
  if (state.phase === "stopped" && event.type !== "start") return [state, []];
  switch (event.type) {
    case "start":
      return [{ ...START, phase: "ticket" }, [{ type: "fetch_ticket" }]];
    case "ticket":
      if (state.phase !== "ticket") return [state, []];
      return connect({ ...state, url: event.url, secret: { kind: "ticket", value: event.ticket } });
    case "ticket_failed":
      if (event.final) return [{ ...state, phase: "stopped", reason: event.code }, []];
      return wait(state, delay(state.failures, random));
    case "opened":
      if (state.phase !== "connecting" || state.secret === null) return [state, [{ type: "close" }]];
      return [{ ...state, phase: "handshake" }, [{ type: "hello", secret: state.secret }]];
    case "welcome":
      return [{ ...state, phase: "open", failures: 0, secret: { kind: "resume", value: event.resume } }, []];
    case "refused":
      return refused(state, event.code);
    case "going_away":
      return wait(state, event.after + 2 * random, [{ type: "close" }]);
    case "closed":
      return closed(state, random);
    case "timer":
    case "online":
      return state.phase === "waiting" ? again(state) : [state, []];
    case "stop":
      return [{ ...START, phase: "stopped" }, [{ type: "close" }]];
  }
}

/** An error before the welcome: a spent secret is replaced by a new ticket, other refusals may be final. */
function refused(state: Connection, code: string): Step {
  if (FINAL.has(code)) return [{ ...state, phase: "stopped", reason: code }, [{ type: "close" }]];
  // The answer shows that the server is back: the ticket is fetched at once. A refused ticket waits, longer each time.
  const failures = state.secret?.kind === "resume" && code === "bad-ticket" ? 0 : state.failures;
  return [{ ...state, secret: null, failures }, [{ type: "close" }]];
}

function closed(state: Connection, random: number): Step {
  if (state.phase === "waiting" || state.phase === "ticket") return [state, []];
  const secret = state.secret?.kind === "resume" ? state.secret : null;
  if (state.secret === null && state.failures === 0) return again({ ...state, secret, failures: 1 });
  return wait({ ...state, secret }, delay(state.failures, random));
}

function wait(state: Connection, seconds: number, first: readonly Effect[] = []): Step {
  return [{ ...state, phase: "waiting", failures: state.failures + 1 }, [...first, { type: "wait", seconds }]];
}

function again(state: Connection): Step {
  if (state.secret?.kind === "resume" && state.url !== null) return connect(state);
  return [{ ...state, phase: "ticket" }, [{ type: "fetch_ticket" }]];
}

function connect(state: Connection): Step {
  return [{ ...state, phase: "connecting" }, [{ type: "connect", url: state.url ?? "" }]];
}
