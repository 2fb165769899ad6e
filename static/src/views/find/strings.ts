/** Words of finding and replacing. Another language is another table of this shape. */

import { grouped, plural } from "../../strings";

export const words = {
  find: "Find in the worksheet",
  findNext: "Next place (Enter)",
  findPrevious: "Place before (Shift Enter)",
  notFound: "Nothing found",
  badPattern: "No regular expression",
  tooLong: "This takes too long to find",
  found: (place: number, count: number) => (place === 0 ? plural(count, "place", "places") : `${grouped(place)} of ${grouped(count)}`),
  matchCase: "Match case (Alt C)",
  wholeWord: "Whole words (Alt W)",
  pattern: "Regular expression (Alt R)",
  inChosen: "In the chosen cells (Alt L)",
  showReplace: "Replace (Ctrl H)",
  replaceBy: "Replace by",
  replaceOne: "Replace",
  replaceOneTitle: "Replace this place and go on (Enter)",
  replaceAll: (count: number) => (count === 0 ? "Replace all" : `Replace all ${grouped(count)}`),
  replaceAllTitle: "Replace every place in the cells (Ctrl Alt Enter). Outputs stay as they are.",
  groups: "$1 is the first group, $& the whole, \\n a new line.",
  replaced: (places: number, cells: number) => `${plural(places, "place", "places")} replaced in ${plural(cells, "cell", "cells")}.`,
  kept: (count: number) => `${plural(count, "cell is", "cells are")} protected and stayed as before.`,
  long: (count: number) => `${plural(count, "cell", "cells")} would be longer than 500 KB and stayed as before.`,
  moved: (count: number) => `${plural(count, "cell", "cells")} changed meanwhile and stayed as before.`,
  tooMuch: "These are more places than are replaced in one step. Choose some of the cells first.",
  onlyOutput: "This is in an output. Only what is written in cells is replaced.",
  undo: "Undo",
};
