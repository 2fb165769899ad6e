/** The boxes of a grid, row by row, and what is pasted over them. */

export type Rows = readonly (readonly string[])[];

/** The rows of a grid with others laid over them, the upper left corner of these at a box; what is beyond the edges is left out. */
export function filled(rows: Rows, row: number, column: number, over: Rows): Rows {
  return rows.map((line, at) => line.map((text, place) => over[at - row]?.[place - column] ?? text));
}

/** What comes from a table: lines of boxes with tabs between. */
export function pastedRows(text: string): Rows {
  return text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
}
