/** What the server says of an interact, read field by field: how it was opened, and what changed since. */

import type { Json } from "../../net/messages";
import { numberOf, objectOf, textOf } from "../kinds";
import { readControls, readValue, type Control, type Value } from "./controls";
import { layOut, type Layout } from "./layout";

type Fields = Readonly<Record<string, Json>>;

/** A change: what is absent is as it was. */
export interface Said {
  readonly controls: readonly Control[] | null;
  readonly layout: Layout | null;
  /** The control that holds all others, where the layout is a tree; "" for none, undefined where it is as it was. */
  readonly root: string | null | undefined;
  readonly auto: boolean | null;
  readonly values: ReadonlyMap<string, Value>;
  readonly errors: ReadonlyMap<string, string> | null;
  /** The connection whose message they are about; others may have been heard since. */
  readonly errorsBy: string;
  readonly busy: boolean;
  /** The message that the server took last: its number, and the connection that it came from. */
  readonly serial: number;
  readonly by: string;
}

/** Read a state. Without controls of its own its values are those of the ones that there are. */
export function readSaid(fields: Fields, before: readonly Control[]): Said {
  const controls = Array.isArray(fields["controls"]) ? readControls(fields["controls"]) : null;
  return {
    controls,
    layout: controls === null && fields["layout"] === undefined ? null : layOut(fields["layout"], controls ?? before),
    root: controls === null && fields["layout"] === undefined ? undefined : rootOf(fields["layout"]),
    auto: typeof fields["auto"] === "boolean" ? fields["auto"] : null,
    values: valuesOf(fields["values"], controls ?? before),
    errors: fields["errors"] === undefined ? null : errorsOf(fields["errors"]),
    errorsBy: textOf(fields["errors_by"]),
    busy: fields["busy"] === true,
    serial: numberOf(fields["serial"]),
    by: textOf(fields["by"]),
  };
}

/** The control that holds all others; null where the layout is no tree. */
export function rootOf(layout: Json | undefined): string | null {
  const { root } = objectOf(layout);
  return typeof root === "string" ? root : null;
}

function valuesOf(value: Json | undefined, controls: readonly Control[]): Map<string, Value> {
  const given = objectOf(value);
  const found = new Map<string, Value>();
  for (const control of controls) {
    const read = Object.hasOwn(given, control.name) ? readValue(control, given[control.name]) : undefined;
    if (read !== undefined) found.set(control.name, read);
  }
  return found;
}

function errorsOf(value: Json | undefined): Map<string, string> {
  const entries = Object.entries(objectOf(value)).filter(([, text]) => typeof text === "string");
  return new Map(entries as [string, string][]);
}
