/** Values of an interact in an address, behind the sign that no server sees; they are used only when somebody says so. */

import type { Json } from "../../net/messages";
import { objectOf } from "../kinds";
import { readValue, type Control, type Value, type Values } from "./controls";

/** Which interact: the cell, and its place among those of the cell. */
export interface Target {
  readonly cell: string;
  readonly place: number;
}

/** Characters of an address that browsers, mail and chats carry without harm. */
const LONGEST = 4000;

/** What an address has behind its sign; null where that would be too long. */
export function fragmentOf({ cell, place }: Target, controls: readonly Control[], values: Values): string | null {
  const some = controls.filter(({ kind }) => kind !== "button" && kind !== "html" && kind !== "secret").flatMap(({ name }) => (values.has(name) ? [[name, values.get(name)!]] : []));
  const query = new URLSearchParams({ cell, ...(place > 1 ? { interact: String(place) } : {}), values: JSON.stringify(Object.fromEntries(some)) });
  const text = `#${query}`;
  return text.length > LONGEST ? null : text;
}

/** The values that an address brings for an interact; empty when it brings none that fit. */
export function valuesIn(fragment: string, { cell, place }: Target, controls: readonly Control[]): Map<string, Value> {
  const found = new Map<string, Value>();
  const query = new URLSearchParams(fragment.replace(/^#/, "").slice(0, LONGEST));
  if (query.get("cell") !== cell || Number(query.get("interact") ?? 1) !== place) return found;
  const given = fieldsOf(query.get("values") ?? "");
  for (const control of controls) {
    const read = control.kind !== "button" && Object.hasOwn(given, control.name) ? readValue(control, given[control.name]) : undefined;
    if (read !== undefined) found.set(control.name, read);
  }
  return found;
}

function fieldsOf(text: string): Record<string, Json> {
  try {
    return objectOf(JSON.parse(text) as Json);
  } catch {
    return {};
  }
}
