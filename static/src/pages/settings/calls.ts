/** What a person changes about themselves, by HTTP. */

import { callsWith } from "../../net/http";
import { USER, type User } from "../../net/sign-in";

export interface Quota {
  readonly resource: string;
  readonly name: string;
  /** Null where nobody here knows. */
  readonly used: number | null;
  readonly allowed: number;
  /** "bytes", or "" for what is counted one by one. */
  readonly unit: string;
  readonly free: string;
}

/** What one workspace has stored, in bytes. */
export interface Stored {
  readonly id: string;
  readonly name: string;
  readonly outputs: number;
  readonly history: number;
  readonly files: number;
}

const call = callsWith({
  User: USER,
  Me: "user:User",
  Secret: "secret",
  Quota: "resource name used:i? allowed:i unit free",
  Stored: "id name outputs:i history:i files:i",
  Quotas: "quotas:[Quota] largest:[Stored]",
});

export const settingsCalls = {
  changeMe: (change: { name?: string; email?: string }) => call<{ user: User }>("PATCH", "/api/me", "Me", change),
  settings: (values: Record<string, string>) => call("PUT", "/api/settings", null, values),
  quotas: () => call<{ quotas: readonly Quota[]; largest: readonly Stored[] }>("GET", "/api/quotas", "Quotas"),
  /** Every other sign-in ends; the new secret is for this one. */
  password: (old: string | null, fresh: string) => call<{ secret: string }>("POST", "/api/password", "Secret", { old, new: fresh }),
};
