/** Times and sizes as people read them, in their own zone and language. */

import { strings } from "./strings";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "2 min ago", "yesterday", "Friday", "12 Nov", "12 Nov 2024". */
export function ago(time: string, now: number = Date.now()): string {
  const then = new Date(time);
  const past = now - then.getTime();
  if (Number.isNaN(past)) return "";
  if (past < MINUTE) return strings.justNow;
  if (past < HOUR) return strings.minutesAgo(Math.floor(past / MINUTE));
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return strings.hoursAgo(Math.floor(past / HOUR));
  if (new Date(now - DAY).toDateString() === then.toDateString()) return strings.yesterday;
  if (past < 6 * DAY) return then.toLocaleDateString(strings.locale, { weekday: "long" });
  const year = then.getFullYear() === today.getFullYear() ? {} : ({ year: "numeric" } as const);
  return then.toLocaleDateString(strings.locale, { day: "numeric", month: "short", ...year });
}

/** "0.04 s", "1.8 s", "73 s", "4 min 10 s". */
export function seconds(value: number): string {
  if (value < 0.1) return `${value.toFixed(2)} s`;
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  return `${Math.floor(value / 3600)} h ${Math.round((value % 3600) / 60)} min`;
}

/** "412 MB", "2 GB". */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let size = value / 1024;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = size < 10 && size % 1 >= 0.05 ? 1 : 0;
  return `${size.toFixed(digits)} ${units[unit]}`;
}
