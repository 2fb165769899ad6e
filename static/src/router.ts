/** Addresses of the one page: no reload between them. */

import { signal } from "@preact/signals";

export type Route =
  | { page: "signin" }
  | { page: "workspaces" }
  | { page: "worksheet"; workspace: string; document: string | null }
  | { page: "settings" }
  | { page: "management"; part: string | null };

export function parseRoute(path: string): Route {
  const [first, second, third] = path.split("/").filter(Boolean);
  if (first === "w" && second) return { page: "worksheet", workspace: second, document: third ?? null };
  if (first === "management") return { page: first, part: second ?? null };
  if (first === "signin" || first === "settings") return { page: first };
  return { page: "workspaces" };
}

export const route = signal<Route>(parseRoute(location.pathname));

/** What a page is told once by who led to it: "made" of a workspace that did not exist before. */
export type Told = "made" | null;

export function go(path: string, replace = false, told: Told = null): void {
  if (replace) history.replaceState(told, "", path);
  else history.pushState(told, "", path);
  route.value = parseRoute(location.pathname);
  if (!replace) window.scrollTo(0, 0);
}

/** A file for a workspace that was just made for it, and the empty worksheet there. */
export const carried: { file: File | null; document: string } = { file: null, document: "" };

/** What was told, once: who comes back later, or loads the page again, is not new. */
export function takeTold(): Told {
  const told = history.state === "made" ? "made" : null;
  if (told !== null) history.replaceState(null, "");
  return told;
}

window.addEventListener("popstate", () => (route.value = parseRoute(location.pathname)));

/** Follow links of our own without a reload, unless a modifier asks for a new tab. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target || link.origin !== location.origin || link.hash) return;
  event.preventDefault();
  go(link.pathname);
}
