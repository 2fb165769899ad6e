/** Names of documents. */

/** "rank-one.sage.md" as people call it. */
export function nameOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.sage\.md$/, "");
}
