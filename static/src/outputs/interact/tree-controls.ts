/** The controls of a tree, as widgets are (sagews/wire/session/widgets.py): what each has, and which values it can have. */

import type { Json } from "../../net/messages";
import { numberOf, objectOf, textOf } from "../kinds";
import { countOf, isIndex, isNumber, MOST_LABELS, MOST_ROWS, spanOf, textsOf, type Fields } from "./readers";
import type { Span } from "./numbers";

interface Holding {
  /** Names of other controls; of some that are not there, and perhaps of itself. */
  readonly children: readonly string[];
}

export interface TreeKinds {
  box: Holding & { readonly flow: "row" | "column" | "grid" };
  pages: Holding & { readonly shape: "tab" | "accordion" | "stack"; readonly titles: readonly string[] };
  area: { readonly area: number };
  note: { readonly text: string };
  caption: object;
  markup: { readonly math: boolean };
  picture: { readonly format: string };
  progress: { readonly min: number; readonly max: number };
  valid: { readonly text: string };
  number: { readonly min: number | null; readonly max: number | null; readonly step: number | null; readonly integer: boolean };
  toggle: { readonly text: string };
  list: { readonly labels: readonly string[]; readonly rows: number };
  several: { readonly labels: readonly string[]; readonly rows: number };
  combo: { readonly options: readonly string[]; readonly strict: boolean };
  secret: object;
  date: { readonly min: string; readonly max: string };
  log: Span & { readonly base: number };
  play: Span & { readonly interval: number; readonly loop: boolean };
}

/** How a control wants to look. */
export interface Look {
  readonly disabled: boolean;
  readonly vertical: boolean;
  /** Whether its value stands beside it. */
  readonly readout: boolean;
  readonly tooltip: string;
  readonly tone: string;
  readonly colour: string;
  readonly style: Readonly<Record<string, string>>;
}

const MOST_CHILDREN = 500;
const LEAST_INTERVAL = 10;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FORMATS = ["png", "jpeg", "gif", "webp", "svg"];
const TONES = ["primary", "success", "info", "warning", "danger"];
/** As the server has it: lengths, words and functions of lengths. */
const PLAIN = /^[A-Za-z0-9 .%#,()/*+"'[\]_-]{1,200}$/;
const FOREIGN = /\b(?:url|image|src|attr|var|env|element|paint)\b/i;
const STYLES = new Set(
  `align-content align-items align-self border border-bottom border-left border-right border-top bottom display flex flex-flow grid-area
  grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-gap grid-row grid-template-areas grid-template-columns grid-template-rows
  height justify-content justify-items left margin max-height max-width min-height min-width object-fit object-position order overflow padding
  right top visibility width background color font-family font-size font-style font-variant font-weight text-decoration --label-width`.split(/\s+/),
);

type Readers = { readonly [K in keyof TreeKinds]: (fields: Fields) => TreeKinds[K] | null };

export const TREE_READERS: Readers = {
  box: (fields) => ({ flow: wordOf(fields["flow"], ["row", "column", "grid"] as const), children: textsOf(fields["children"], MOST_CHILDREN) }),
  pages: (fields) => ({
    shape: wordOf(fields["shape"], ["tab", "accordion", "stack"] as const),
    children: textsOf(fields["children"], MOST_CHILDREN),
    titles: textsOf(fields["titles"], MOST_CHILDREN),
  }),
  area: (fields) => ({ area: numberOf(fields["area"]) }),
  note: (fields) => ({ text: textOf(fields["text"]) }),
  caption: () => ({}),
  markup: (fields) => ({ math: fields["math"] === true }),
  picture: (fields) => ({ format: wordOf(fields["format"], FORMATS) }),
  progress: (fields) => ({ min: numberOf(fields["min"]), max: numberOf(fields["max"]) }),
  valid: (fields) => ({ text: textOf(fields["text"]) }),
  number: (fields) => ({ min: endOf(fields["min"]), max: endOf(fields["max"]), step: endOf(fields["step"]), integer: fields["integer"] === true }),
  toggle: (fields) => ({ text: textOf(fields["text"]) }),
  list: listed,
  several: listed,
  combo: (fields) => ({ options: textsOf(fields["options"], MOST_LABELS), strict: fields["strict"] === true }),
  secret: () => ({}),
  date: (fields) => ({ min: dayOf(fields["min"]), max: dayOf(fields["max"]) }),
  log: (fields) => {
    const [span, base] = [spanOf(fields), numberOf(fields["base"])];
    return span === null || base <= 1 ? null : { ...span, base };
  },
  play: (fields) => {
    const span = spanOf(fields);
    return span === null ? null : { ...span, interval: Math.max(LEAST_INTERVAL, numberOf(fields["interval"])), loop: fields["loop"] === true };
  },
};

export type TreeKind = keyof TreeKinds;
export type TreeControl = { [K in TreeKind]: { readonly kind: K } & TreeKinds[K] }[TreeKind];

/** What fits a control of a tree as its value; undefined for what does not. */
export function readTreeValue(control: TreeControl, value: Json | undefined): Json | undefined {
  switch (control.kind) {
    case "caption":
    case "markup":
    case "picture":
    case "secret":
    case "combo":
      return typeof value === "string" ? value : undefined;
    case "valid":
    case "toggle":
      return typeof value === "boolean" ? value : undefined;
    case "progress":
    case "number":
    case "log":
    case "play":
      return isNumber(value) ? value : undefined;
    case "pages":
      return value === null || isIndex(value, control.children) ? value : undefined;
    case "list":
      return value === null || isIndex(value, control.labels) ? value : undefined;
    case "several":
      return Array.isArray(value) && value.every((each) => isIndex(each, control.labels)) ? value : undefined;
    case "date":
      return value === "" || (typeof value === "string" && DAY.test(value)) ? value : undefined;
    case "box":
    case "area":
    case "note":
      return undefined;
  }
}

/** How a control looks: as all others, but for what it says. */
export function lookOf(value: Json | undefined): Look {
  const fields = objectOf(value);
  const style = Object.entries(objectOf(fields["style"])).filter(([name, given]) => STYLES.has(name) && isPlain(given));
  return {
    disabled: fields["disabled"] === true,
    vertical: fields["vertical"] === true,
    readout: fields["readout"] !== false,
    tooltip: textOf(fields["tooltip"]),
    tone: TONES.includes(textOf(fields["tone"])) ? textOf(fields["tone"]) : "",
    colour: isPlain(fields["colour"]) ? fields["colour"] : "",
    style: Object.fromEntries(style) as Record<string, string>,
  };
}

function isPlain(value: Json | undefined): value is string {
  return typeof value === "string" && PLAIN.test(value) && !FOREIGN.test(value);
}

function listed(fields: Fields): TreeKinds["list"] {
  return { labels: textsOf(fields["labels"], MOST_LABELS), rows: countOf(fields["rows"], MOST_ROWS) ?? 5 };
}

function wordOf<Word extends string>(value: Json | undefined, words: readonly Word[]): Word {
  return words.find((each) => each === value) ?? words[0]!;
}

function endOf(value: Json | undefined): number | null {
  return isNumber(value) ? value : null;
}

function dayOf(value: Json | undefined): string {
  return typeof value === "string" && DAY.test(value) ? value : "";
}
