/** The words of files and of long outputs. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  files: "Files that this cell wrote",
  more: (count: number) => `${plural(count, "more file", "more files")}`,
  download: (path: string) => `Download ${path}`,
  downloadAll: "Download",
  tooLarge: "This file is too large to be downloaded here.",
  show: "Show",
  hide: "Hide",
  part: (number: number, of: number) => `Part ${number} of ${of}`,
  place: "Place in the output",
  previous: "Previous part",
  next: "Next part",
  gone: "This output is kept no more. Run the cell again.",
};
