/** The worksheets that were edited last, as cards: go on where you left. */

import type { JSX } from "preact";
import type { WorkspaceEntry } from "./calls";
import { addressOf, Edited } from "./entry";
import { nameOf } from "../../document/paths";
import { plainTitle } from "../../prose/plain-title";
import { words } from "./strings";

export function RecentCards({ entries }: { entries: readonly WorkspaceEntry[] }): JSX.Element {
  return (
    <section class="cont" aria-label={words.continueLabel}>
      {entries.map((entry) => (
        <a key={entry.id} class="card" href={addressOf(entry)}>
          <div class="pv">
            <h2>{plainTitle(titleOf(entry))}</h2>
            <ul>
              {entry.documents.slice(0, 4).map((document) => (
                <li key={document.id}>{document.path}</li>
              ))}
            </ul>
          </div>
          <div class="ft">
            <i class={`dot ${entry.session === "running" ? "run" : entry.session === "ready" ? "" : "off"}`} />
            <b>{plainTitle(entry.name)}</b>
            <Edited time={entry.edited} />
          </div>
        </a>
      ))}
    </section>
  );
}

function titleOf(entry: WorkspaceEntry): string {
  const newest = [...entry.documents].sort((one, other) => (one.edited < other.edited ? 1 : -1))[0];
  return newest === undefined ? entry.name : newest.title || nameOf(newest.path);
}
