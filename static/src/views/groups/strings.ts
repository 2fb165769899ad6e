/** Words of the cell groups. Another language is another table of this shape. */

export const words = {
  bar: "Cell groups",
  hint: "A click on a bracket chooses its cells, a double click folds them, Shift-Enter runs them",
  end: "Without brackets (Esc)",
  noOutput: "This cell has no value to write down",
};
