/** Whether a drawing (SVG) may be shown: the browser draws it in the page's own turn, and a few hundred bytes can ask for
 * a billion shapes, by elements that stand for others that stand for others. */

/** Shapes, each counted as often as it is drawn. */
const MOST_DRAWN = 200_000;
const MOST_FILTERS = 20;

const TAG = /<(\/?)([a-zA-Z][\w:.-]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g;
const ID = /(?:^|\s)id\s*=\s*["']([^"']*)["']/;
const REFERENCE = /(?:href\s*=\s*["']\s*#([^"'\s]+))|url\(\s*["']?#([^"')\s]+)/g;

/** Ways to refer to something that reading tags does not see: entities, styles, animations, and letters written as numbers. */
const DARK: readonly RegExp[] = [
  /<!ENTITY/i,
  /<(?:\w+:)?(?:set|animate)/i,
  /(?:id|href)\s*=\s*(?:"[^"&]*&|'[^'&]*&)/,
  /url\([^)<>&]{0,200}&/,
  /style\s*=\s*(?:"[^"\\]*\\|'[^'\\]*\\)/,
];
/** Named elements within named elements; deeper than any plot. */
const DEEPEST = 50;

interface Element {
  /** Elements within it, itself among them. */
  own: number;
  readonly references: string[];
}

/** Whether so much is drawn by it as can be drawn at once. It reads tags, and errs on the side of no. */
export function mayBeDrawn(source: string): boolean {
  if (hasSecretStyle(source)) return false;
  const svg = without(without(source, "<!--", "-->"), "<![CDATA[", "]]>");
  if (DARK.some((form) => form.test(svg))) return false;
  if ((svg.match(/<(?:\w+:)?fe[A-Z]/g) ?? []).length > MOST_FILTERS) return false;
  const whole = elementsOf(svg);
  return whole !== null && drawn(whole.root, whole.named, new Map(), new Set()) <= MOST_DRAWN;
}

/** Whether a style sheet in it may refer to something. */
function hasSecretStyle(svg: string): boolean {
  const place = svg.search(/<(?:\w+:)?style/i);
  return place >= 0 && /url|@|\\/i.test(svg.slice(place, svg.toLowerCase().lastIndexOf("style>")));
}

/** A text without what stands between two marks. */
function without(text: string, open: string, shut: string): string {
  const [first = "", ...others] = text.split(open);
  return first + others.map((part) => part.slice(part.indexOf(shut) + shut.length)).join("");
}

/** The whole drawing, and its elements that have names, each with what it refers to; null when they lie too deep. */
function elementsOf(svg: string): { root: Element; named: Map<string, Element> } | null {
  const root: Element = { own: 0, references: [] };
  const named = new Map<string, Element>();
  const open: (Element | null)[] = [];
  let around: Element[] = [root];
  const close = () => {
    const closed = open.pop();
    if (closed) around = around.slice(0, -1);
  };
  for (const [, end, , attributes = "", alone] of svg.matchAll(TAG)) {
    if (end) {
      close();
      continue;
    }
    const id = ID.exec(attributes)?.[1];
    if (around.length > DEEPEST) return null;
    const element: Element | null = id === undefined ? null : { own: 0, references: [] };
    if (element !== null) {
      named.set(id!, element);
      around = [...around, element];
    }
    open.push(element);
    const references = [...attributes.matchAll(REFERENCE)].map((found) => found[1] ?? found[2] ?? "");
    for (const each of around) {
      each.own += 1;
      each.references.push(...references);
    }
    if (alone) close();
  }
  return { root, named };
}

/** How many shapes an element draws; one that stands for itself, through however many others, draws too many. */
function drawn(element: Element, named: ReadonlyMap<string, Element>, known: Map<Element, number>, asking: Set<Element>): number {
  const found = known.get(element);
  if (found !== undefined) return found;
  if (asking.has(element) || asking.size > 1000) return Infinity;
  asking.add(element);
  let sum = element.own;
  for (const name of element.references) {
    const other = named.get(name);
    if (other !== undefined) sum += drawn(other, named, known, asking);
    if (sum > MOST_DRAWN) break;
  }
  asking.delete(element);
  known.set(element, sum);
  return sum;
}
