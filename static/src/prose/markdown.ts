/** Markdown with mathematics as safe DOM. This chunk comes with the first text cell.
 *
 * Formulas are set aside as private-use characters before marked sees them, the HTML is sanitised, and only then are
 * the formulas put in their places. */

import DOMPurify from "dompurify";
import { apart } from "./apart";
import { NOTE_OPEN, NOTE_SHUT, parse } from "./parse";
import { OPEN, scan, SHUT, type Formula } from "./scan";
import { soon } from "./soon";

export interface Prose {
  readonly fragment: DocumentFragment;
  /** Elements that wait for their formula. */
  readonly formulas: readonly { element: HTMLElement; formula: Formula }[];
}

/** Characters up to which no text can take long, whatever is in it. */
const SHORT = 1500;
/** More elements than this would hold the page up, however quickly they are parsed. */
const MOST_ELEMENTS = 20_000;
/** More than this are typeset one by one, those near the window first. */
const AT_ONCE = 40;
const MOST_FORMULAS = 2000;

const PLACE = new RegExp(`${OPEN}(\\d+)${SHUT}|${NOTE_OPEN}(\\d+)${NOTE_SHUT}`, "g");
const TAGS = [
  "a", "b", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
  "kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
];
/** What widgets say beside that. */
const MARKUP = ["center", "div", "font", "mark", "small", "span", "u"];
const STYLES = new Set(["background-color", "color", "font-family", "font-size", "font-style", "font-weight", "text-align", "text-decoration", "white-space"]);
const PLAIN = /^[A-Za-z0-9 .%#,()"'_-]{1,100}$/;
const ATTRIBUTES = ["href", "title", "alt", "src", "start", "align", "colspan", "rowspan"];

type Typeset = (element: HTMLElement, formula: Formula) => unknown;

/** Show a text in an element, soon; `failed` when it would take too long. Returns how to call it off. */
export function showProse(element: HTMLElement, text: string, loadTypeset: () => Promise<Typeset>, failed: () => void): () => void {
  return showMade(element, async () => (text.length <= SHORT ? renderMarkdown(text) : renderApart(text)), loadTypeset, failed);
}

/** The same for HTML with marks where its formulas stand: nothing is left of it but what prose may have. */
export function showHtml(
  element: HTMLElement, { html, formulas, dress }: { html: string; formulas: readonly Formula[]; dress: (fragment: DocumentFragment) => void },
  loadTypeset: () => Promise<Typeset>, failed: () => void,
): () => void {
  const make = async () => {
    const prose = made(counted(html), formulas);
    dress(prose.fragment);
    return prose;
  };
  return showMade(element, make, loadTypeset, failed);
}

function showMade(element: HTMLElement, make: () => Promise<Prose>, loadTypeset: () => Promise<Typeset>, failed: () => void): () => void {
  let gone = false;
  const offs: (() => void)[] = [];
  const show = ({ fragment, formulas }: Prose, typeset: Typeset | null) => {
    if (gone) return;
    const some = formulas.slice(0, MOST_FORMULAS);
    if (typeset !== null && some.length <= AT_ONCE) some.forEach((each) => typeset(each.element, each.formula));
    element.replaceChildren(fragment);
    if (typeset !== null && some.length > AT_ONCE) offs.push(...some.map((each) => soon(each.element, () => typeset(each.element, each.formula))));
  };
  const begin = async () => {
    const prose = await make();
    const typeset = prose.formulas.length > 0 ? await loadTypeset() : null;
    if (typeset === null || prose.formulas.length > AT_ONCE) show(prose, typeset);
    else if (!gone) offs.push(soon(element, () => show(prose, typeset)));
  };
  offs.push(soon(element, () => void begin().catch(() => gone || failed())));
  return () => {
    gone = true;
    offs.forEach((off) => off());
  };
}

/** Show a line of text, a title, with its formulas set. */
export async function showLine(element: HTMLElement, line: string): Promise<void> {
  const { text, formulas } = scan(line);
  if (formulas.length === 0) return;
  const placed: { element: HTMLElement; formula: Formula }[] = [];
  const parts = partsOf(text, formulas, placed);
  // Not by way of load.ts: that belongs to what every page needs, and a part of its own would be one request more.
  const { typesetText } = await import("./math");
  if (element.isConnected) element.replaceChildren(...parts);
  placed.forEach(({ element: place, formula }) => void typesetText(place, { ...formula, display: false }));
}

export function renderMarkdown(source: string): Prose {
  const { text, formulas } = scan(source);
  return made(parse(text), formulas);
}

async function renderApart(source: string): Promise<Prose> {
  const { text, formulas } = scan(source);
  const { html } = await apart({ text });
  return made(counted(html), formulas);
}

function counted(html: string): string {
  if (html.split("<").length > 2 * MOST_ELEMENTS) throw new Error("too many elements");
  return html;
}

/** HTML that somebody else wrote as a part of the page, without what could do more than be read; with formulas if asked. */
export function showMarkup(element: HTMLElement, html: string, typeset: Typeset | null): void {
  const { text, formulas } = typeset === null ? { text: html, formulas: [] } : scan(html);
  const prose = made(text, formulas, true);
  if (typeset !== null) prose.formulas.slice(0, MOST_FORMULAS).forEach((each) => typeset(each.element, each.formula));
  prose.fragment.querySelectorAll<HTMLElement>("[style]").forEach(restyle);
  element.replaceChildren(prose.fragment);
}

/** Of the styles that it asks for, an element keeps those of its text. */
function restyle(element: HTMLElement): void {
  const asked = element.getAttribute("style") ?? "";
  element.removeAttribute("style");
  for (const each of asked.slice(0, 1000).split(";")) {
    const [name, value] = [each.slice(0, each.indexOf(":")).trim().toLowerCase(), each.slice(each.indexOf(":") + 1).trim()];
    if (STYLES.has(name) && PLAIN.test(value)) element.style.setProperty(name, value);
  }
}

function made(html: string, formulas: readonly Formula[], styled = false): Prose {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: styled ? [...TAGS, ...MARKUP] : TAGS,
    ALLOWED_ATTR: styled ? [...ATTRIBUTES, "style"] : ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // Values of all other attributes would have to be addresses of the form below.
    ADD_URI_SAFE_ATTR: ["align", "start", "colspan", "rowspan", "style"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  fragment.querySelectorAll("a").forEach((link) => {
    link.rel = "noopener noreferrer";
    link.target = "_blank";
  });
  fragment.querySelectorAll("img:not([alt])").forEach((image) => image.setAttribute("alt", ""));
  fragment.querySelectorAll("li").forEach((item) => item.classList.toggle("task", /^\s*[☐☑]/.test(item.firstChild?.textContent ?? "")));
  return { fragment, formulas: placeFormulas(fragment, formulas) };
}

function placeFormulas(fragment: DocumentFragment, formulas: readonly Formula[]): { element: HTMLElement; formula: Formula }[] {
  const placed: { element: HTMLElement; formula: Formula }[] = [];
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (!/[\uE000\uE002]/.test(text.data)) continue;
    text.replaceWith(...partsOf(text.data, formulas, placed));
  }
  return placed;
}

/** A text's pieces, in one pass: what is cut off again and again would be copied as often. */
function partsOf(text: string, formulas: readonly Formula[], placed: { element: HTMLElement; formula: Formula }[]): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(PLACE)) {
    parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    const formula = match[1] === undefined ? undefined : formulas[Number(match[1])];
    if (formula === undefined) {
      parts.push(noteMark(match[2] ?? ""));
      continue;
    }
    const element = document.createElement("span");
    element.textContent = formula.tex;
    placed.push({ element, formula });
    const punctuation = /^[.,;:!?)\]’”]+/.exec(text.slice(from, from + 8))?.[0] ?? "";
    from += punctuation.length;
    parts.push(punctuation === "" ? element : glued(element, punctuation));
  }
  return [...parts, text.slice(from)];
}

/** The formula with the punctuation that follows it, which must not begin a line. */
function glued(element: HTMLElement, punctuation: string): HTMLElement {
  const line = document.createElement("span");
  line.className = "nobreak";
  line.append(element, punctuation);
  return line;
}

function noteMark(number: string): HTMLElement {
  const mark = document.createElement("sup");
  mark.textContent = number;
  return mark;
}
