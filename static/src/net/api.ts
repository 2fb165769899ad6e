/** The HTTP calls of the site: JSON both ways, the origin's secret in a header. */

import type { DocumentEntry, Json } from "./messages";

export interface User {
  id: string;
  email: string;
  name: string;
  privilege: string;
  has_password: boolean;
}

export interface Site {
  name: string;
  version: string;
  untrusted_origin: string;
  needs_first: boolean;
  protocol: number;
}

export interface WorkspaceEntry {
  id: string;
  name: string;
  edited: string;
  created: string;
  versions: number;
  session: string;
  role: string;
  people: { id: string; name: string }[];
  documents: DocumentEntry[];
}

export interface Member {
  user: { id: string; name: string; email: string };
  role: string;
  may_run: boolean;
}

export interface Account extends User {
  created: string;
  disabled: boolean;
}

export interface LogEntry {
  id: string;
  time: string;
  machine: string;
  component: string;
  level: string;
  namespace: string;
  correlation: string;
  message: string;
  fields: Record<string, Json>;
}

export interface WorkerStatus {
  id: string;
  level: string;
  flavours: string[];
  sessions: number;
  capacity: number;
}

export interface Status {
  version: string;
  isolation: { level: string; report: Record<string, Json> } | null;
  backend: { connections: number; documents: number; sessions: number; workers: WorkerStatus[] } | null;
}

export type Settings = Record<string, string>;

const SECRET = "sagews.secret";

/** A refusal of the server, or `unreachable`. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function keepSecret(secret: string | null): void {
  if (secret === null) localStorage.removeItem(SECRET);
  else localStorage.setItem(SECRET, secret);
}

export function hasSecret(): boolean {
  return localStorage.getItem(SECRET) !== null;
}

async function call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const secret = localStorage.getItem(SECRET);
  if (secret !== null) headers["X-Sagews-Secret"] = secret;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    const data = body === undefined ? {} : { body: JSON.stringify(body) };
    response = await fetch(path, { method, headers, credentials: "same-origin", ...data });
  } catch {
    throw new ApiError("unreachable", "", 0);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Result;
  const error = (answer as { error?: { code?: string; message?: string } } | null)?.error;
  throw new ApiError(error?.code ?? "internal", error?.message ?? response.statusText, response.status);
}

interface SignedIn {
  secret: string;
  user: User;
}

export const api = {
  site: () => call<Site>("GET", "/api/site"),
  first: (token: string) => call<SignedIn>("POST", "/api/first", { token }),
  link: (token: string) => call<SignedIn>("POST", "/api/link", { token }),
  signIn: (email: string, password: string) => call<SignedIn>("POST", "/api/signin", { email, password }),
  signOut: () => call<object>("POST", "/api/signout", {}),
  me: () => call<{ user: User; settings: Settings }>("GET", "/api/me"),
  changeMe: (change: { name?: string; email?: string }) => call<{ user: User }>("PATCH", "/api/me", change),
  password: (old: string | null, fresh: string) =>
    call<{ secret: string }>("POST", "/api/password", { old, new: fresh }),
  settings: (values: Settings) => call<{ settings: Settings }>("PUT", "/api/settings", values),
  workspaces: () => call<{ workspaces: WorkspaceEntry[] }>("GET", "/api/workspaces"),
  createWorkspace: (name: string) =>
    call<{ workspace: WorkspaceEntry; document: DocumentEntry }>("POST", "/api/workspaces", { name }),
  renameWorkspace: (id: string, name: string) => call<object>("PATCH", `/api/workspaces/${id}`, { name }),
  deleteWorkspace: (id: string) => call<object>("DELETE", `/api/workspaces/${id}`, {}),
  people: (id: string) => call<{ people: Member[] }>("GET", `/api/workspaces/${id}/people`),
  share: (id: string, email: string, role: string) =>
    call<{ people: Member[] }>("POST", `/api/workspaces/${id}/people`, { email, role, may_run: role !== "viewer" }),
  unshare: (id: string, user: string) => call<{ people: Member[] }>("DELETE", `/api/workspaces/${id}/people`, { user }),
  ticket: (workspace: string | null) => call<{ ticket: string; url: string }>("POST", "/api/ticket", { workspace }),
  users: () => call<{ users: Account[] }>("GET", "/api/users"),
  createUser: (user: { email: string; name: string; password: string }) =>
    call<{ user: Account }>("POST", "/api/users", user),
  changeUser: (id: string, change: { privilege?: string; disabled?: boolean; password?: string }) =>
    call<object>("PATCH", `/api/users/${id}`, change),
  status: () => call<Status>("GET", "/api/status"),
  logs: (query: Record<string, string>) =>
    call<{ records: LogEntry[] }>("GET", `/api/logs?${new URLSearchParams(query)}`),
};
