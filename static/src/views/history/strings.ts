/** Words of the history. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  versions: "Versions",
  noVersions: "Nothing was saved yet. Ctrl-S saves a version.",
  versionKinds: {
    autosave: "Autosave", save: "Saved", named: "Named", session: "End of a session", revert: "Reverted",
  } as Record<string, string>,
  filesChanged: (count: number) => `${plural(count, "file", "files")} changed`,
  notSaved: (count: number) => `Not in any version: ${plural(count, "file", "files")}`,
  revert: "Revert to this version",
  confirmRevert: (when: string) => `Bring the workspace back to ${when}? A new version is made; nothing is lost.`,
  nameVersion: "Name this version",
  versionName: "Name",
  saveVersion: "Save version",
  outputs: "Outputs of this version",
  noOutputs: "No output was kept with it.",
  moreOutputs: "More outputs",
  removeAutosaves: "Remove older autosaves",
  confirmAutosaves: "Remove all autosaves but the newest? Saves, named versions, ends of sessions and reverts stay.",
  removedAutosaves: (size: string) => `Older autosaves were removed: ${size}`,
  olderVersions: "Older versions",
  changesIn: (path: string) => `Changes in ${path}`,
  cell: (number: number) => `Cell ${number}`,
  cellKinds: { code: "Code", text: "Text", settings: "Worksheet" },
  cellChanges: { add: "new", del: "removed" },
  show: "Show",
  whatItChanged: "What this version changed",
  changedSince: "What changed since, until now",
  wholeText: "The whole text of this version",
  comparedWith: "Compared with another version",
  noText: "There is no text in this version.",
  noDifference: "No change in text.",
  binary: "Not text",
  cutDiff: "The rest is too long to show.",
  back: "Back",
};
