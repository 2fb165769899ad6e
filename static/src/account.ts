/** Who is signed in, and what the site said of itself. */

import { signal } from "@preact/signals";
import { ApiError, hasSecret, keepSecret } from "./net/http";
import { signInCalls, type SignedIn, type Site, type User } from "./net/sign-in";
import { go } from "./router";
import { setTheme } from "./theme";

export const user = signal<User | null>(null);
export const site = signal<Site | null>(null);
/** False until it is known whether somebody is signed in. */
export const known = signal(false);
/** A sentence for the sign-in page, for instance that a link was used already. */
export const entryNotice = signal<string | null>(null);

const LINK = /^#(first|link)=([\w-]{1,200})$/;

/** Ask what the site says of itself, once somebody wants to know. */
export function askSite(): void {
  if (site.value === null) signInCalls.site().then((answer) => (site.value = answer), () => undefined);
}

function entered(answer: SignedIn): void {
  keepSecret(answer.secret);
  user.value = answer.user;
  known.value = true;
}

/** At the start: take a sign-in link from the fragment, else ask who we are. */
export async function start(): Promise<void> {
  const [, kind, token] = LINK.exec(location.hash) ?? [];
  if (kind !== undefined && token !== undefined) await enter(kind, token);
  else if (hasSecret()) await recognise();
  known.value = true;
}

/** A link that is opened where its page is open already changes the fragment alone: begin anew, as with any other. */
export function heedLink(): void {
  if ((location.pathname === "/" || location.pathname === "/signin") && LINK.test(location.hash)) location.reload();
}

async function enter(kind: string, token: string): Promise<void> {
  history.replaceState(null, "", location.pathname);
  try {
    entered(await (kind === "first" ? signInCalls.first(token) : signInCalls.link(token)));
    go("/workspaces", true);
  } catch (error) {
    entryNotice.value = error instanceof ApiError ? error.message : null;
    go("/signin", true);
  }
}

async function recognise(): Promise<void> {
  try {
    const answer = await signInCalls.me();
    user.value = answer.user;
    const chosen = answer.settings["theme"];
    if (chosen === "light" || chosen === "dark" || chosen === "system") setTheme(chosen);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) keepSecret(null);
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  entered(await signInCalls.signIn(email, password));
}

export async function signOut(): Promise<void> {
  await signInCalls.signOut().catch(() => undefined);
  keepSecret(null);
  // What was copied belongs to who copied it (workbench/clipboard.ts).
  localStorage.removeItem("sagews.cells");
  user.value = null;
  go("/signin");
}
