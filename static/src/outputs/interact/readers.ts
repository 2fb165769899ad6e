/** How the forms of controls are read: each field was made by anybody, and has its bounds here. */

import type { Json } from "../../net/messages";
import { numberOf, textOf } from "../kinds";
import { decimalsOf, type Span } from "./numbers";

export type Fields = Readonly<Record<string, Json>>;

export interface Labelled {
  readonly labels: readonly string[];
  /** Whether none may be chosen. */
  readonly none?: boolean;
}

export const MOST_LABELS = 1000;
export const MOST_ROWS = 100;
const MOST_DIGITS = 15;

export function isNumber(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function isNumbers(value: Json | undefined, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(isNumber);
}

export function isIndex(value: Json | undefined, labels: readonly unknown[]): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < labels.length;
}

export function spanOf(fields: Fields): Span | null {
  const [min, max, step] = [fields["min"], fields["max"], Math.max(0, numberOf(fields["step"]))];
  if (!isNumber(min) || !isNumber(max) || min > max) return null;
  return { min, max, step, integer: fields["integer"] === true, decimals: decimalsOf(min, max, step), ...digitsOf(fields) };
}

/** How many digits behind the point are shown, where the step does not say it. */
function digitsOf(fields: Fields): { digits?: number } {
  const digits = fields["digits"];
  return Number.isInteger(digits) && (digits as number) >= 0 ? { digits: Math.min(digits as number, MOST_DIGITS) } : {};
}

export function labelsOf(fields: Fields): Labelled | null {
  const labels = textsOf(fields["labels"], MOST_LABELS);
  const none = fields["none"] === true;
  if (none) return { labels, none };
  return labels.length > 0 ? { labels } : null;
}

export function textsOf(value: Json | undefined, most: number): readonly string[] {
  return listOf(value, most).map(textOf);
}

export function countOf(value: Json | undefined, most: number): number | null {
  return Number.isInteger(value) && (value as number) > 0 ? Math.min(value as number, most) : null;
}

export function listOf(value: Json | undefined, most: number): readonly Json[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}
