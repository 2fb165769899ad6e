/** Which files of other programs become worksheets: sagews/model/formats/table.py. */

export const ENDS = ".ipynb,.sagews,.sws,.sage,.py,.md";
export const MAX_FILE = 16 * 1024 * 1024;

/** Whether a file has a name that is read. */
export function isForeign(name: string): boolean {
  return ENDS.split(",").some((end) => name.toLowerCase().endsWith(end));
}

/** A name for the workspace of a file. */
export function workspaceName(name: string): string {
  return name.replace(/(\.sage)?\.[^.]*$/, "").replace(/[\p{C}\s]+/gu, " ").trim().slice(0, 80).trim();
}
