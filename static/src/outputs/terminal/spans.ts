/** Text with codes as spans of one look each, and the addresses in it as links. */

import { lookAfter, linkAfter, PLAIN, safeLink, type Look } from "./looks";

export interface Span {
  readonly text: string;
  /** Class names, for instance "ansi-1 ansi-bold"; empty for plain text. */
  readonly style: string;
  /** "#rrggbb" where a colour has no name. */
  readonly colour?: string;
  readonly background?: string;
  /** Opened in another page. */
  readonly href?: string;
}

const CODE = /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]?/g;
const ADDRESS = /https?:\/\/[^\s"<>\\^`{|}\u001b]{1,500}/g;
/** What follows an address in a sentence. */
const BEHIND = /[.,;:!?'’”*]+$/;

/** Split a text into spans; codes other than those of looks and links are left out. */
export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  let look = PLAIN;
  let from = 0;
  const push = (until: number) => {
    if (until > from) spans.push(...spansOf(text.slice(from, until), look));
  };
  for (const match of text.matchAll(CODE)) {
    push(match.index);
    from = match.index + match[0].length;
    // A line that was settled begins each code anew, its link with it.
    if (match[2] === "m") look = lookAfter(match[1]!.startsWith("0") ? { ...look, link: "" } : look, match[1]!);
    else if (match[3] !== undefined) look = linkAfter(look, match[3]);
  }
  push(text.length);
  return spans;
}

function spansOf(text: string, look: Look): Span[] {
  const shown = shownAs(look);
  if (look.link !== "") return [{ text, ...shown, href: look.link }];
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = ended(match[0]);
    const href = safeLink(address);
    if (href === "") continue;
    if (match.index > from) spans.push({ text: text.slice(from, match.index), ...shown });
    spans.push({ text: address, ...shown, href });
    from = match.index + address.length;
  }
  if (from < text.length) spans.push({ text: text.slice(from), ...shown });
  return spans;
}

/** An address without what belongs to the sentence around it: a bracket at its end is its own if it has opened one. */
function ended(address: string): string {
  const plain = address.replace(BEHIND, "");
  const brackets = /[)\]]+$/.exec(plain)?.[0] ?? "";
  return brackets !== "" && !/[([]/.test(plain) ? plain.slice(0, -brackets.length).replace(BEHIND, "") : plain;
}

function shownAs(look: Look): { style: string; colour?: string; background?: string } {
  const inverse = look.flags.has("inverse");
  const [colour, background] = inverse ? [look.background, look.colour] : [look.colour, look.background];
  const names = [...look.flags].filter((flag) => flag !== "inverse").map((flag) => `ansi-${flag}`);
  if (inverse && colour === "" && background === "") names.push("ansi-inverse");
  if (colour.startsWith("#")) names.push(background === "" ? "ansi-colour" : "ansi-own");
  else if (colour !== "") names.push(`ansi-${Number(colour) % 8}`);
  if (background.startsWith("#")) names.push("ansi-ground", ...(colour === "" ? [isBright(background) ? "ansi-on-bright" : "ansi-on-dark"] : []));
  else if (background !== "") names.push("ansi-tint", `ansi-tint-${Number(background) % 8}`);
  return {
    style: names.join(" "),
    ...(colour.startsWith("#") ? { colour } : {}),
    ...(background.startsWith("#") ? { background } : {}),
  };
}

/** Whether black letters have more contrast on a colour than white ones: by its luminance, as WCAG reckons it. */
function isBright(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
