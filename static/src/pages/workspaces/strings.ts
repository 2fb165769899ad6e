/** Words of the list of workspaces. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  newWorkspace: "New workspace",
  importFile: "Import…",
  importTitle: "Make a workspace of a worksheet from Jupyter, CoCalc, the Sage notebook, a script or Markdown; or drop it here",
  notImported: (name: string) => `${name} is no worksheet: files that end in .ipynb, .sagews, .sws, .sage, .py or .md are imported.`,
  tooLarge: "This file is larger than 16 MB, the most that can be imported.",
  searchWorkspaces: "Search names and titles",
  noWorkspaces: "No workspaces yet.",
  noWorkspacesText: "A workspace is a folder of worksheets with a history that keeps everything.",
  firstWorkspace: "Make the first workspace",
  firstSteps: {
    name: "Make a workspace and type its name.",
    then: "Write into its first cell, for instance",
    code: "factor(2^128 + 1)",
    run: "Press Shift-Enter: the answer stands below, and the next cell is ready.",
  },
  noneFound: "Nothing has this name.",
  columns: { name: "Name", session: "Session", people: "People", edited: "Edited", versions: "Saved versions" },
  tabs: { all: "All", shared: "Shared with me", running: "Running" },
  countWorkspaces: (count: number) => plural(count, "workspace", "workspaces"),
  continueLabel: "Continue",
  untitledWorkspace: "Untitled workspace",
  deleteWorkspace: (name: string) => `Delete ${name}, with its worksheets and history? This can't be undone.`,
  workspaceName: "Name of the workspace",
  setPassword: "This account has no password yet, and sign-in links work once.",
  countDocuments: (count: number) => plural(count, "worksheet", "worksheets"),
};
