/** Moments in full, for lists that a worksheet does not paint at first: this comes with the pages that show them. */

import { strings } from "./strings";

/** "14:04:11.208" in the viewer's zone. */
export function clock(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** The viewer's date and time in full, for tooltips and version lists. */
export function full(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleString(strings.locale);
}
