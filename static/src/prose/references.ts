/** Numbers of equations on the page, and the links that say them. Cells come and go, so a number is what it is now. */

import { namedRows, shownNumber, type Reference, type Row } from "./labels";

const named = new Map<string, { readonly element: HTMLElement; readonly row: Row }>();
const links = new Map<HTMLElement, Reference>();
const watching = new Map<HTMLElement, () => void>();
let due = false;

/** Note the names of the equations that an element shows now. */
export function name(element: HTMLElement, tex: string): void {
  for (const row of namedRows(tex)) named.set(row.label, { element, row });
  if (element.querySelector(".eqn-num") !== null || tex.includes("\\label")) renew();
}

/** The number of the equation with a name, as it is shown; null where there is none. */
export function numberOf(label: string): string | null {
  const found = named.get(label);
  if (found === undefined || !found.element.isConnected) return null;
  const { tag, counted } = found.row;
  if (tag !== null) return tag;
  return found.element.querySelectorAll<HTMLElement>(".eqn-num")[counted]?.dataset["number"] ?? null;
}

/** Show a reference as a link to its equation. */
export function showLink(element: HTMLElement, reference: Reference): void {
  const link = document.createElement("a");
  link.href = "#";
  link.className = "equation";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    named.get(reference.label)?.element.scrollIntoView({ block: "center" });
  });
  element.replaceChildren(link);
  links.set(element, reference);
  say(element, reference);
  renew();
}

/** Do something again whenever a number may have changed. */
export function watch(element: HTMLElement, again: () => void): void {
  watching.set(element, again);
}

/** Counters of style sheets begin anew in each cell, which is laid out by itself: equations are counted here. */
function count(): void {
  for (const kind of [".katex .eqn-num", ".katex .mml-eqn-num"]) {
    document.querySelectorAll<HTMLElement>(kind).forEach((each, index) => each.setAttribute("data-number", `(${index + 1})`));
  }
}

function renew(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    for (const map of [links, watching]) for (const element of map.keys()) if (!element.isConnected) map.delete(element as never);
    count();
    links.forEach((reference, element) => say(element, reference));
    watching.forEach((again) => again());
  });
}

function say(element: HTMLElement, { label, brackets }: Reference): void {
  const link = element.firstElementChild as HTMLAnchorElement | null;
  const number = numberOf(label);
  const text = shownNumber(number, brackets);
  if (link === null || link.textContent === text) return;
  link.textContent = text;
  if (number === null) link.title = label;
  else link.removeAttribute("title");
}
