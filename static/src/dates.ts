/** Moments in full, for lists that a worksheet does not paint at first: this comes with the pages that show them. */

import { strings } from "./strings";

/** "14:04:11.208" in the viewer's zone, with the day before it unless that is today. */
export function dated(time: string, now: number = Date.now()): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const clock = `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.toLocaleDateString(strings.locale, { day: "numeric", month: "short", year: "numeric" })} ${clock}`;
}

/** The viewer's date and time in full, for tooltips and version lists. */
export function full(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleString(strings.locale);
}
