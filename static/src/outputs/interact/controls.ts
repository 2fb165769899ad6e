/** The controls that a session asks for, read from what came: it was made by anybody, so each field has its bounds here. */

import type { Json } from "../../net/messages";
import { numberOf, objectOf, textOf } from "../kinds";
import { decimalsOf, type Span } from "./numbers";

export type Value = string | boolean | number | readonly number[] | readonly (readonly string[])[] | null;
export type Values = ReadonlyMap<string, Value>;

interface Base {
  readonly name: string;
  /** With formulas between dollars; "" for none. */
  readonly label: string;
}

interface Labelled {
  readonly labels: readonly string[];
}

interface Kinds {
  text: { readonly rows: number; readonly width: number | null; readonly submit: boolean; readonly readonly: boolean };
  check: object;
  slider: Span;
  choice_slider: Labelled;
  range: Span;
  range_choice: Labelled;
  multi: { readonly sliders: readonly (Span & { readonly label: string })[] };
  select: Labelled;
  buttons: Labelled & { readonly columns: number | null };
  radio: Labelled;
  button: { readonly text: string };
  colour: object;
  grid: { readonly rows: number; readonly columns: number; readonly width: number | null };
  html: { readonly html: string };
}

export type Kind = keyof Kinds;
export type Of<K extends Kind> = K extends Kind ? Base & { readonly kind: K } & Kinds[K] : never;
export type Control = Of<Kind>;

const MOST = 100;
const MOST_LABELS = 1000;
const MOST_SLIDERS = 100;
const MOST_BOXES = 1000;
const MOST_ROWS = 100;

const READERS: { readonly [K in Kind]: (fields: Record<string, Json>) => Kinds[K] | null } = {
  text: (fields) => ({
    rows: countOf(fields["rows"], MOST_ROWS) ?? 1,
    width: countOf(fields["width"], 1000),
    submit: fields["submit"] === true,
    readonly: fields["readonly"] === true,
  }),
  check: () => ({}),
  slider: spanOf,
  choice_slider: labelsOf,
  range: spanOf,
  range_choice: labelsOf,
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
};

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
  return more === null ? null : ({ name, kind, label: textOf(fields["label"]), ...more } as Control);
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
    case "select":
    case "buttons":
    case "radio":
      return isIndex(value, control) ? value : undefined;
    case "range":
      return isNumbers(value, 2) ? value : undefined;
    case "range_choice":
      return isNumbers(value, 2) && value.every((each) => isIndex(each, control)) ? value : undefined;
    case "multi":
      return isNumbers(value, control.sliders.length) ? value : undefined;
    case "colour":
      return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : undefined;
    case "grid":
      return isGrid(value, control) ? value : undefined;
    case "html":
      return undefined;
  }
}

export function isSame(one: Value | undefined, other: Value | undefined): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

function isNumber(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isNumbers(value: Json | undefined, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(isNumber);
}

function isIndex(value: Json | undefined, { labels }: Labelled): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < labels.length;
}

function isGrid(value: Json | undefined, { rows, columns }: Of<"grid">): value is string[][] {
  const isRow = (row: Json) => Array.isArray(row) && row.length === columns && row.every((box) => typeof box === "string");
  return Array.isArray(value) && value.length === rows && value.every(isRow);
}

function spanOf(fields: Record<string, Json>): Span | null {
  const [min, max, step] = [fields["min"], fields["max"], Math.max(0, numberOf(fields["step"]))];
  if (!isNumber(min) || !isNumber(max) || min > max) return null;
  return { min, max, step, integer: fields["integer"] === true, decimals: decimalsOf(min, max, step) };
}

function labelsOf(fields: Record<string, Json>): Labelled | null {
  const labels = listOf(fields["labels"], MOST_LABELS).map(textOf);
  return labels.length > 0 ? { labels } : null;
}

function countOf(value: Json | undefined, most: number): number | null {
  return Number.isInteger(value) && (value as number) > 0 ? Math.min(value as number, most) : null;
}

function listOf(value: Json | undefined, most: number): readonly Json[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}
