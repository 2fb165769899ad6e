/** Tickets for connections; the first may be asked for before the page knows who is here, which is a way to the server less. */

import { signInCalls, type Ticket } from "./sign-in";

/** The server takes a ticket for 30 seconds. */
const GOOD = 20_000;

let ahead: { workspace: string; at: number; answer: Promise<Ticket> } | null = null;

/** Ask for a ticket that somebody will want in a moment. */
export function askAhead(workspace: string): void {
  ahead = { workspace, at: performance.now(), answer: signInCalls.ticket(workspace) };
  // Whoever takes it hears of a refusal; nobody may come, if there is nobody signed in.
  ahead.answer.catch(() => undefined);
}

/** The ticket that was asked for ahead, once, else a new one. */
export function ticketFor(workspace: string): Promise<Ticket> {
  const found = ahead;
  ahead = null;
  const fits = found !== null && found.workspace === workspace && performance.now() - found.at < GOOD;
  return fits ? found.answer : signInCalls.ticket(workspace);
}
