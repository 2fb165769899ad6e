/** What tells a version apart where it has no name: the beginning of its id, as git shows it. */

import type { VersionEntry } from "../net/messages";

export function shortId(version: VersionEntry): string {
  return version.id.slice(0, 7);
}
