/** Management, by HTTP: accounts, the state of the installation, the log. */

import { callsWith } from "../../net/http";
import type { Json } from "../../net/json";
import { USER, type User } from "../../net/sign-in";

export interface Account extends User {
  readonly created: string;
  readonly disabled: boolean;
}

export interface LogEntry {
  readonly id: string;
  readonly time: string;
  readonly machine: string;
  readonly component: string;
  readonly level: string;
  readonly namespace: string;
  readonly correlation: string;
  readonly message: string;
  readonly fields: Record<string, Json>;
}

export interface WorkerStatus {
  readonly id: string;
  readonly level: string;
  readonly flavours: readonly string[];
  readonly sessions: number;
  readonly capacity: number;
}

export interface Status {
  readonly version: string;
  readonly isolation: { readonly level: string; readonly report: Record<string, Json> } | null;
  readonly backend: {
    readonly connections: number;
    readonly documents: number;
    readonly sessions: number;
    readonly workers: readonly WorkerStatus[];
  } | null;
}

export interface SessionEntry {
  readonly id: string;
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  /** "" where the backend no longer has it open. */
  readonly workspace_name: string;
  readonly path: string;
  readonly state: string;
  readonly queue: number;
}

const call = callsWith({
  Person: "id name email",
  Session: "id user:Person workspace_name path state queue:i",
  Sessions: "sessions:[Session] more:b",
  Account: `${USER} created disabled:b`,
  Accounts: "users:[Account]",
  Made: "user:Account",
  Isolation: "level report:o",
  Worker: "id level flavours:[s] sessions:i capacity:i",
  Backend: "connections:i documents:i sessions:i workers:[Worker]",
  Status: "version isolation:Isolation? backend:Backend?",
  Record: "id time machine component level namespace correlation message fields:o",
  Records: "records:[Record]",
});

export const managementCalls = {
  users: () => call<{ users: readonly Account[] }>("GET", "/api/users", "Accounts"),
  createUser: (user: { email: string; name: string; password: string }) => call<{ user: Account }>("POST", "/api/users", "Made", user),
  changeUser: (id: string, change: { email?: string; privilege?: string; disabled?: boolean; password?: string }) =>
    call("PATCH", `/api/users/${id}`, null, change),
  sessions: () => call<{ sessions: readonly SessionEntry[] }>("GET", "/api/sessions", "Sessions"),
  endSession: (id: string) => call("POST", `/api/sessions/${id}/end`, null, {}),
  status: () => call<Status>("GET", "/api/status", "Status"),
  logs: (query: Record<string, string>) =>
    call<{ records: readonly LogEntry[] }>("GET", `/api/logs?${new URLSearchParams(query)}`, "Records"),
};
