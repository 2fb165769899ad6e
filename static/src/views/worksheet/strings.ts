/** Words of the worksheet. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  outline: "Outline",
  files: "Worksheets",
  session: "Session",
  newWorksheet: "New worksheet",
  outlineEmpty: "Headings appear here.",
  outlineAndFiles: "Outline and worksheets",
  find: "Search or run a command",
  share: "Share",
  hint: "Type Sage or Python. Ctrl-K for everything else.",
  textHint: "Write Markdown, with $mathematics$ between dollar signs.",
  codeCell: (number: number) => `Code, cell ${number}`,
  textCell: "Text",
  sectionCell: (number: string, title: string) => `Section ${number} ${title}`,
  titleLabel: "Title of the worksheet",
  nameWorkspace: "Name of the workspace",
  editTitle: (title: string) => `${title} (edit the title)`,
  fold: "Fold the section",
  unfold: "Unfold the section",
  foldedCells: (count: number) => `${plural(count, "cell", "cells")} folded`,
  hiddenInput: "Show the code",
  state: {
    idle: "", queued: "Queued", running: "Running", done: "Done", error: "Error",
    interrupted: "Interrupted", cancelled: "Not run", lost: "Lost",
  } as Record<string, string>,
  queued: (count: number) => `${count} queued`,
  notOpened: "This worksheet can't be opened.",
  missing: "A part of this page can't be loaded. It is tried again; if this stays, reload the page.",
  views: { worksheet: "Worksheet" },
};
