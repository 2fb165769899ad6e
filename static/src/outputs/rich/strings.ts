/** The words of outputs that come apart from the page. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  items: (count: number) => plural(count, "item", "items"),
  entries: (count: number) => plural(count, "entry", "entries"),
  more: (count: number) => `Show ${count} more`,
  whole: "Show the whole text",
  value: "Value",
  sound: "Sound",
  film: "Film",
  document: (size: string) => `PDF document, ${size}`,
  open: "Open",
  download: "Download",
  unreadable: "This output can't be read.",
  filter: "Filter rows",
  noRows: "No row contains this.",
  rows: (from: number, to: number, of: number) => (of === 0 ? "0 rows" : `Rows ${from}–${to} of ${of.toLocaleString("en")}`),
  notSent: (sent: number, total: number) => `The first ${sent.toLocaleString("en")} of ${total.toLocaleString("en")} rows are here; sorting and filtering is among these.`,
  columnsLeftOut: (count: number) => plural(count, "column is", "columns are") + " left out.",
  previous: "Previous rows",
  next: "Next rows",
  csv: "Download as CSV",
  table: "Table",
  sortBy: (column: string) => `Sort by ${column}`,
};
