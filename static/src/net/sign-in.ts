/** The calls that every page needs: what the site is, who we are, and the ticket for a connection. */

import { callsWith } from "./http";

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly privilege: string;
  readonly has_password: boolean;
}

export interface Site {
  readonly name: string;
  readonly untrusted_origin: string;
  readonly needs_first: boolean;
}

export interface SignedIn {
  readonly secret: string;
  readonly user: User;
}

export interface Ticket {
  readonly ticket: string;
  readonly url: string;
}

/** A user's shape, for the calls of other parts that tell of users. */
export const USER = "id email name privilege has_password:b";

const call = callsWith({
  User: USER,
  Site: "name untrusted_origin needs_first:b",
  SignedIn: "secret user:User",
  Me: "user:User settings:{s}",
  Ticket: "ticket url",
});

export const signInCalls = {
  site: () => call<Site>("GET", "/api/site", "Site"),
  first: (token: string) => call<SignedIn>("POST", "/api/first", "SignedIn", { token }),
  link: (token: string) => call<SignedIn>("POST", "/api/link", "SignedIn", { token }),
  signIn: (email: string, password: string) => call<SignedIn>("POST", "/api/signin", "SignedIn", { email, password }),
  signOut: () => call("POST", "/api/signout", null, {}),
  me: () => call<{ user: User; settings: Record<string, string> }>("GET", "/api/me", "Me"),
  ticket: (workspace: string | null) => call<Ticket>("POST", "/api/ticket", "Ticket", { workspace }),
};
