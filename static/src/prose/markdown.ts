/** Markdown with mathematics as safe DOM. This chunk comes with the first text cell.
 *
 * Formulas are set aside as private-use characters before marked sees them, the HTML is sanitised, and only then are
 * the formulas put in their places. */

import DOMPurify from "dompurify";
import { Marked } from "marked";

// When to do this comes with it: nothing before the first text or formula needs to know.
export { soon } from "./soon";

export interface Formula {
  readonly tex: string;
  readonly display: boolean;
}

export interface Prose {
  readonly fragment: DocumentFragment;
  /** Elements that wait for their formula. */
  readonly formulas: readonly { element: HTMLElement; formula: Formula }[];
}

const OPEN = "\uE000";
const SHUT = "\uE001";
const PLACE = /\uE000(\d+)\uE001/;
const TAGS = [
  "a", "b", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
  "kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
];
const ATTRIBUTES = ["href", "title", "alt", "src", "start", "align", "colspan", "rowspan"];
// Code first, so that a dollar sign in code stays one.
const MATH = /(```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|(`+)[\s\S]*?\2)|\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<![\\$])\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?!\d)/g;

const marked = new Marked({ gfm: true, async: false });

export function renderMarkdown(source: string): Prose {
  const formulas: Formula[] = [];
  const prepared = source.replace(/[\uE000\uE001]/g, "").replace(MATH, (whole, code, _ticks, block, bracket, paren, inline) => {
    if (code !== undefined) return whole as string;
    const display = (block ?? bracket) as string | undefined;
    formulas.push({ tex: (display ?? paren ?? inline) as string, display: display !== undefined });
    return `${OPEN}${formulas.length - 1}${SHUT}`;
  });
  const html = marked.parse(prepared) as string;
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  fragment.querySelectorAll("a").forEach((link) => {
    link.rel = "noopener noreferrer";
    link.target = "_blank";
  });
  fragment.querySelectorAll("img:not([alt])").forEach((image) => image.setAttribute("alt", ""));
  return { fragment, formulas: placeFormulas(fragment, formulas) };
}

/** The formula with the punctuation that follows it, which must not begin a line. */
function glued(element: HTMLElement, rest: Text): HTMLElement {
  const punctuation = /^[.,;:!?)\]’”]+/.exec(rest.data)?.[0];
  if (punctuation === undefined) return element;
  rest.data = rest.data.slice(punctuation.length);
  const line = document.createElement("span");
  line.className = "nobreak";
  line.append(element, punctuation);
  return line;
}

function placeFormulas(fragment: DocumentFragment, formulas: readonly Formula[]): { element: HTMLElement; formula: Formula }[] {
  const placed: { element: HTMLElement; formula: Formula }[] = [];
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (let text of texts) {
    for (let match = PLACE.exec(text.data); match !== null; match = PLACE.exec(text.data)) {
      const formula = formulas[Number(match[1])];
      const rest = text.splitText(match.index);
      rest.data = rest.data.slice(match[0].length);
      if (formula !== undefined) {
        const element = document.createElement("span");
        element.textContent = formula.tex;
        rest.before(glued(element, rest));
        placed.push({ element, formula });
      }
      text = rest;
    }
  }
  return placed;
}
