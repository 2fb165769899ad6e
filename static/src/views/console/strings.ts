/** Words of the command line. Another language is another table of this shape. */

export const words = {
  bar: "Command line",
  hint: "Enter runs, ↑ ↓ go through what was typed, Ctrl-R searches it, Shift-Enter runs what looks unfinished",
  search: "Search what was typed",
  nothing: "Nothing of this was typed",
  end: "Show as a worksheet (Esc)",
};
