/** What the cards and the table both show of a workspace. */

import type { JSX } from "preact";
import type { WorkspaceEntry } from "./calls";
import { strings } from "../../strings";
import { ago } from "../../times";

/** Where a click on a workspace leads. */
export function addressOf(entry: WorkspaceEntry): string {
  const document = [...entry.documents].sort((one, other) => (one.edited < other.edited ? 1 : -1))[0];
  return document === undefined ? `/w/${entry.id}` : `/w/${entry.id}/${document.id}`;
}

export function SessionState({ state }: { state: string }): JSX.Element {
  const kinds: Record<string, string> = { running: "run", ready: "", starting: "run", ended: "err" };
  const kind = kinds[state] ?? "off";
  return (
    <span class="st">
      <i class={`dot ${kind}`} />
      {strings.sessionStates[state] ?? state}
    </span>
  );
}

export function Edited({ time }: { time: string }): JSX.Element {
  return <time dateTime={time}>{ago(time)}</time>;
}
