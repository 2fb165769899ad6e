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

export function go(path: string, replace = false): void {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  route.value = parseRoute(location.pathname);
  if (!replace) window.scrollTo(0, 0);
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
