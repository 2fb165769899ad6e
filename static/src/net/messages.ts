/** What the page and a backend say to each other: the types of sagews/wire/browser/messages.py. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export const PROTOCOL = 1;
/** What the server refuses beyond. */
export const MAX_MESSAGE = 1024 * 1024;

export interface Place {
  epoch: number;
  sequence: number;
}

export interface Piece {
  sequence: number;
  kind: string;
  body: Record<string, Json>;
}

export interface RunStatus {
  run: string;
  cell: string;
  number: number;
  state: string;
  hash: string;
  queued: string;
  started?: string | null;
  finished?: string | null;
  seconds?: number | null;
  reason?: string | null;
}

export interface CellOutput {
  cell: string;
  run: RunStatus;
  pieces: Piece[];
  left_out?: number;
}

export interface Person {
  connection: string;
  user: string;
  name: string;
  state?: Record<string, Json> | null;
}

export interface SessionStatus {
  document: string;
  state: string;
  flavour: string;
  since: string;
  reason?: string | null;
  sentence?: string | null;
  memory?: number | null;
  memory_limit?: number | null;
  cpu?: number | null;
  queue?: number;
}

export interface DocumentEntry {
  id: string;
  path: string;
  title: string;
  edited: string;
}

export interface VersionEntry {
  id: string;
  kind: string;
  name: string;
  author: string;
  time: string;
  files_changed: number;
}

export interface FileDifference {
  path: string;
  status: string;
  diff: string;
  binary?: boolean;
  cut?: boolean;
}

export interface Welcome {
  type: "welcome";
  protocol: number;
  server: string;
  connection: string;
  user: { id: string; name: string };
  workspace: { id: string; name: string };
  role: string;
  may_run: boolean;
  resume: string;
  ping_seconds: number;
  flavours: string[];
  limits: Record<string, number>;
}

export interface Opened {
  type: "opened";
  document: string;
  path: string;
  epoch: number;
  sequence: number;
  update: string;
  vector: string;
  session: SessionStatus;
  people: Person[];
  cells?: CellOutput[] | null;
}

export type OutputMessage = Place & { type: "output"; document: string; run: string; cell: string; piece: Piece };

export interface ErrorMessage {
  type: "error";
  code: string;
  parameters: Record<string, Json>;
  message: string;
  request?: number | null;
  about?: string | null;
  document?: string | null;
}

export type FromServer =
  | Welcome
  | Opened
  | OutputMessage
  | ErrorMessage
  | { type: "edit"; document: string; update: string; author: string }
  | { type: "saved"; document: string; edit: number }
  | { type: "presence"; document: string; person: Person; left?: boolean }
  | (Place & RunStatus & { type: "run_state"; document: string })
  | (SessionStatus & { type: "session" })
  | { type: "changed"; document: string; cells: string[]; held?: string[] }
  | { type: "completions"; document: string; request: number; start: number; end: number; matches: Match[] }
  | { type: "inspection"; document: string; request: number; found: boolean; data: Record<string, string> }
  | { type: "documents"; request: number; documents: DocumentEntry[] }
  | { type: "created"; document: DocumentEntry; request?: number | null }
  | { type: "renamed"; document: DocumentEntry; request?: number | null }
  | { type: "removed"; document: string; request?: number | null }
  | { type: "version"; version: VersionEntry | null; request?: number | null; unchanged?: boolean }
  | { type: "versions"; request: number; versions: VersionEntry[]; more: boolean }
  | { type: "difference"; request: number; version: string; against: string | null; files: FileDifference[]; cut?: boolean }
  | { type: "whole_output"; request: number; document: string; run: string; pieces: Piece[] }
  | { type: "rights"; role: Welcome["role"]; may_run: boolean }
  | { type: "going_away"; after: number }
  | { type: "pong"; sent: number };

export interface Match {
  text: string;
  kind?: string;
}

export type Answer<Type extends FromServer["type"]> = Extract<FromServer, { type: Type }>;

/** Anything that the page says; the server checks every field. */
export type ToServer = { type: string; [field: string]: unknown };

/** The message in a frame, or null for what is not one. */
export function parseMessage(data: unknown): FromServer | null {
  if (typeof data !== "string") return null;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null && "type" in message ? (message as FromServer) : null;
  } catch {
    return null;
  }
}
