/** Whether everything is saved, in the status bar; while it is not, for how long: a page that is silent then would lie. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../ui/icons";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

/** Seconds after which people are told how long they have been waiting: committing takes none. */
const LONG = 3;

export function SavingState(): JSX.Element {
  const { socket, worksheet } = useParts();
  const { edits, runs } = worksheet;
  const waited = useSeconds(earlier(edits.since.value, runs.unkeptSince.value));
  if (!worksheet.loaded.value) return <span />;
  const connected = socket.state.value.phase === "open";
  const unsaved = edits.unsaved.value;
  const refused = edits.refused.value;
  if (refused !== null) {
    return (
      <span class="problem" data-testid="status-saving" data-state="refused" title={words.notices[refused] ?? refused}>
        {words.refusedEdit}
      </span>
    );
  }
  if (unsaved > 0 && !connected) return <Waiting state="unsaved" word={words.unsavedEdits(unsaved)} />;
  const saving = unsaved > 0 || runs.unkept.value;
  if (saving && waited >= LONG) return <Waiting state="late" word={unsaved > 0 ? words.notSavedSince(waited) : words.notKeptSince(waited)} />;
  const told = saving && (edits.slow.value || runs.unkept.value);
  return (
    <span data-testid="status-saving" data-state={saving ? "saving" : "saved"}>
      {told ? <i class="spin" /> : <Icon name="check" />}
      {told ? words.savingNow : words.allSaved}
    </span>
  );
}

function Waiting({ state, word }: { state: string; word: string }): JSX.Element {
  return (
    <span class="num" data-testid="status-saving" data-state={state}>
      <i class="dot run" />
      {word}
    </span>
  );
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Whole seconds since a moment, counted on while there is one. */
function useSeconds(since: number | null): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000));
}
