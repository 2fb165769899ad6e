/** Where controls stand around the output: as a session says, or packed into rows. */

import type { Json } from "../../net/messages";
import { objectOf } from "../kinds";
import type { Control, Kind } from "./controls";

export interface Placed {
  readonly control: Control;
  /** Twelfths of the row; null for what it needs. */
  readonly width: number | null;
}

export type Row = readonly Placed[];

export const SIDES = ["top", "left", "right", "bottom"] as const;
export type Side = (typeof SIDES)[number];
export type Layout = Readonly<Record<Side, readonly Row[]>>;

const COLUMNS = 12;
/** What is small enough to stand behind another control in one row. */
const SMALL: ReadonlySet<Kind> = new Set(["check", "select", "button", "colour"]);
const WIDE_SHARE = 8;
const SMALL_SHARE = 4;

/** The rows of every side; a control that a layout forgets stands below those at the top. */
export function layOut(given: Json | undefined, controls: readonly Control[]): Layout {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return { top: packed(controls), left: [], right: [], bottom: [] };
  const unplaced = new Map(controls.map((control) => [control.name, control]));
  const [top, left, right, bottom] = SIDES.map((side) => rowsOf(given[side], unplaced)) as [Row[], Row[], Row[], Row[]];
  return { top: [...top, ...packed([...unplaced.values()])], left, right, bottom };
}

/** Each control in a row, but small ones behind one another, and behind a slider, as far as they fit. */
export function packed(controls: readonly Control[]): readonly Row[] {
  const rows: Placed[][] = [];
  let room = 0;
  for (const control of controls) {
    const small = SMALL.has(control.kind);
    const share = small ? SMALL_SHARE : WIDE_SHARE;
    const row = rows.at(-1);
    if (small && row !== undefined && room >= share) row.push({ control, width: null });
    else {
      rows.push([{ control, width: null }]);
      room = isAlone(control) ? 0 : COLUMNS;
    }
    room -= share;
  }
  return rows;
}

/** What is higher than a line has its row for itself. */
function isAlone(control: Control): boolean {
  if (control.kind === "text") return control.rows > 1;
  return control.kind === "grid" || control.kind === "multi" || control.kind === "html" || control.kind === "radio";
}

function rowsOf(value: Json | undefined, unplaced: Map<string, Control>): Row[] {
  const rows = Array.isArray(value) ? value : [];
  const found = rows.map((row) => (Array.isArray(row) ? row : []).flatMap((entry) => placedOf(entry, unplaced)));
  return found.filter((row) => row.length > 0);
}

function placedOf(entry: Json, unplaced: Map<string, Control>): Placed[] {
  const { name, width } = objectOf(entry);
  const control = typeof name === "string" ? unplaced.get(name) : undefined;
  if (control === undefined) return [];
  unplaced.delete(control.name);
  const isShare = Number.isInteger(width) && (width as number) >= 1 && (width as number) <= COLUMNS;
  return [{ control, width: isShare ? (width as number) : null }];
}
