/** Words of the editor's help, which come with it. */

export const words = {
  inSheet: "in this worksheet",
  whyNot: {
    "no-session": "There is no session yet: run a cell, then Tab completes and Shift-Tab explains.",
    busy: "The session is busy. When the cell is done, Tab completes and Shift-Tab explains.",
    nothing: "Nothing is known here. A name is known once the line that makes it has run.",
  } as Record<string, string>,
};
