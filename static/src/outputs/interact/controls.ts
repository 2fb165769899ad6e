/** The controls that a session asks for, read from what came: it was made by anybody, so each field has its bounds here. */

import type { Json } from "../../net/messages";
import { objectOf, textOf } from "../kinds";
import type { Span } from "./numbers";
import { countOf, isIndex, isNumber, isNumbers, labelsOf, listOf, MOST_LABELS, MOST_ROWS, spanOf, type Labelled } from "./readers";
import { lookOf, readTreeValue, TREE_READERS, type Look, type TreeControl, type TreeKinds } from "./tree-controls";

export type Value = string | boolean | number | readonly number[] | readonly (readonly string[])[] | null;
export type Values = ReadonlyMap<string, Value>;

interface Base {
  readonly name: string;
  /** With formulas between dollars; "" for none. */
  readonly label: string;
  /** Absent where it looks as all others. */
  readonly look?: Look;
}

/** Whether a value is said while it is being set; absent where that is as it always is. */
interface Lively {
  readonly live?: boolean;
}

export interface PlainKinds {
  text: Lively & { readonly placeholder?: string; readonly rows: number; readonly width: number | null; readonly submit: boolean; readonly readonly: boolean };
  check: object;
  slider: Span & Lively;
  choice_slider: Labelled & Lively;
  range: Span & Lively;
  range_choice: Labelled & Lively;
  multi: { readonly sliders: readonly (Span & { readonly label: string })[] };
  select: Labelled;
  buttons: Labelled & { readonly columns: number | null };
  radio: Labelled;
  button: { readonly text: string };
  colour: object;
  grid: { readonly rows: number; readonly columns: number; readonly width: number | null };
  html: { readonly html: string };
}

interface Kinds extends PlainKinds, TreeKinds {}

export type Kind = keyof Kinds;
export type Of<K extends Kind> = K extends Kind ? Base & { readonly kind: K } & Kinds[K] : never;
export type Control = Of<Kind>;

const MOST = 500;
const MOST_SLIDERS = 100;
const MOST_BOXES = 1000;

const READERS: { readonly [K in Kind]: (fields: Record<string, Json>) => Kinds[K] | null } = {
  text: (fields) => ({
    rows: countOf(fields["rows"], MOST_ROWS) ?? 1,
    width: countOf(fields["width"], 1000),
    submit: fields["submit"] === true,
    readonly: fields["readonly"] === true,
    ...(fields["placeholder"] === undefined ? {} : { placeholder: textOf(fields["placeholder"]) }),
    ...lively(fields),
  }),
  check: () => ({}),
  slider: (fields) => joined(spanOf(fields), lively(fields)),
  choice_slider: (fields) => joined(labelsOf(fields), lively(fields)),
  range: (fields) => joined(spanOf(fields), lively(fields)),
  range_choice: (fields) => joined(labelsOf(fields), lively(fields)),
  multi: (fields) => {
    const given = listOf(fields["sliders"], MOST_SLIDERS).map(objectOf);
    const sliders = given.flatMap((each) => {
      const span = spanOf(each);
      return span === null ? [] : [{ ...span, label: textOf(each["label"]) }];
    });
    return sliders.length > 0 && sliders.length === given.length ? { sliders } : null;
  },
  select: labelsOf,
  buttons: (fields) => {
    const found = labelsOf(fields);
    if (found === null) return null;
    const rows = countOf(fields["rows"], MOST_LABELS);
    const columns = countOf(fields["columns"], MOST_LABELS);
    return { ...found, columns: columns ?? (rows === null ? null : Math.ceil(found.labels.length / rows)) };
  },
  radio: labelsOf,
  button: (fields) => ({ text: textOf(fields["text"]) }),
  colour: () => ({}),
  grid: (fields) => {
    const rows = countOf(fields["rows"], MOST_ROWS);
    const columns = countOf(fields["columns"], MOST_ROWS);
    if (rows === null || columns === null || rows * columns > MOST_BOXES) return null;
    return { rows, columns, width: countOf(fields["width"], MOST_ROWS) };
  },
  html: (fields) => ({ html: textOf(fields["html"]) }),
  ...TREE_READERS,
};

function lively(fields: Record<string, Json>): Lively {
  return typeof fields["live"] === "boolean" ? { live: fields["live"] } : {};
}

function joined<One extends object>(one: One | null, more: Lively): (One & Lively) | null {
  return one === null ? null : { ...one, ...more };
}

/** The controls of a list; what is none, is of a kind that this page does not know, or has a name that was there before is left out. */
export function readControls(list: Json | undefined): Control[] {
  const found = new Map<string, Control>();
  for (const entry of listOf(list, MOST)) {
    const control = readControl(objectOf(entry));
    if (control !== null && !found.has(control.name)) found.set(control.name, control);
  }
  return [...found.values()];
}

function readControl(fields: Record<string, Json>): Control | null {
  const { name, kind } = fields;
  if (typeof name !== "string" || name === "" || typeof kind !== "string" || !Object.hasOwn(READERS, kind)) return null;
  const more = READERS[kind as Kind](fields);
  return more === null ? null : ({ name, kind, label: textOf(fields["label"]), ...(fields["look"] === undefined ? {} : { look: lookOf(fields["look"]) }), ...more } as Control);
}

/** What fits a control as its value; undefined for what does not. */
export function readValue(control: Control, value: Json | undefined): Value | undefined {
  switch (control.kind) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "check":
      return typeof value === "boolean" ? value : undefined;
    case "slider":
    case "button":
      return isNumber(value) ? value : undefined;
    case "choice_slider":
      return isIndex(value, control.labels) ? value : undefined;
    case "select":
    case "buttons":
    case "radio":
      return isIndex(value, control.labels) || (value === null && control.none === true) ? value : undefined;
    case "range":
      return isNumbers(value, 2) ? value : undefined;
    case "range_choice":
      return isNumbers(value, 2) && value.every((each) => isIndex(each, control.labels)) ? value : undefined;
    case "multi":
      return isNumbers(value, control.sliders.length) ? value : undefined;
    case "colour":
      return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : undefined;
    case "grid":
      return isGrid(value, control) ? value : undefined;
    case "html":
      return undefined;
    default:
      return readTreeValue(control as TreeControl, value) as Value | undefined;
  }
}

export function isSame(one: Value | undefined, other: Value | undefined): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

function isGrid(value: Json | undefined, { rows, columns }: Of<"grid">): value is string[][] {
  const isRow = (row: Json) => Array.isArray(row) && row.length === columns && row.every((box) => typeof box === "string");
  return Array.isArray(value) && value.length === rows && value.every(isRow);
}
