/** Names of documents and versions. */

import type { VersionEntry } from "../net/messages";

/** "rank-one.sage.md" as people call it. */
export function nameOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.sage\.md$/, "");
}

/** The end of a document's path, which it keeps: a notebook stays one. */
export function kindOf(path: string): string {
  return path.endsWith(".ipynb") ? ".ipynb" : ".sage.md";
}

/** Enough of a version's id to name it among the versions of one workspace. */
export function shortId(version: Pick<VersionEntry, "id">): string {
  return version.id.slice(0, 7);
}
