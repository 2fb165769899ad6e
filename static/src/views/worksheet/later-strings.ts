/** Words of what comes right behind the first paint of a worksheet: notices, tools, questions. */

import { plural } from "../../strings";

export const words = {
  run: "Run",
  runSection: "Run section",
  duplicate: "Duplicate the cell",
  undo: "Undo",
  deletedCells: (count: number) => `${plural(count, "cell", "cells")} deleted`,
  runAll: "Run all cells",
  dismiss: "Dismiss",
  stoppedAt: (number: number, name: string) => (name ? `Stopped at cell ${number}: ${name}` : `Stopped at cell ${number}`),
  goToCell: "Go to the cell",
  overForReaders: "The session in which this was computed is over.",
  viewer: "You may read this worksheet, not change it.",
  stoppedReasons: {
    "version-mismatch": "This page is from another version of the server. Reload it; your changes are kept.",
    "not-signed-in": "You were signed out. Sign in again to go on.",
    "not-found": "This workspace does not exist, or you may not see it.",
  } as Record<string, string>,
  stoppedOther: "The server refused the connection.",
  reload: "Reload",
  reconnect: "Connect again",
  signInAgain: "Sign in again",
  rescued: "Somebody deleted the cell that you wrote in. Your text is kept.",
  notSaved: (count: number, first: string, why: string) =>
    count === 1 ? `${first} can't be kept in versions: ${why}.` : `${first} (${why}) and ${plural(count - 1, "other", "others")} can't be kept in versions.`,
  bringBack: "Bring it back",
  committed: (name: string, id: string, when: string) => (name ? `Version “${name}” ${id}, ${when}` : `Saved ${when} (${id})`),
  autosaved: (when: string) => `Autosaved ${when}`,
  nothingNew: (name: string, id: string, when: string) => `Nothing new since version ${name ? `“${name}” ` : ""}${id}, ${when}`,
  savingVersion: "Saving a version…",
  allSaved: "All changes saved",
  savingNow: "Saving…",
  unsavedEdits: (count: number) => `${plural(count, "change", "changes")} not saved yet`,
  refusedEdit: "The last change was not saved",
  notSavedSince: (seconds: number) => `Not saved yet since ${seconds} s`,
  notKeptSince: (seconds: number) => `The last results are not saved yet since ${seconds} s`,
  memory: (used: string, limit: string) => (limit ? `${used} of ${limit}` : used),
  cpu: (time: string) => `CPU ${time}`,
  storage: (used: string, size: string) => `Files ${used} of ${size}`,
  storageTitle: "What the files of this workspace take on the server's disk, and may take",
};
