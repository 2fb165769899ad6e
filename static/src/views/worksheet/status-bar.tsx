/** The status bar: connection, saving, version on the left; session, memory, time on the right. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ago, bytes, seconds } from "../../times";
import { strings } from "../../strings";
import { Icon } from "../../ui/icons";
import { useParts } from "../../workbench/parts";
import { shortId } from "../../document/versions";
import { words } from "./strings";

export function StatusBar(): JSX.Element {
  return (
    <footer class="bar">
      <ConnectionState />
      <SavingState />
      <VersionState />
      <span class="sp" />
      <SessionFigures />
    </footer>
  );
}

type Look = { word: string; dot: string; state: string };

function ConnectionState(): JSX.Element {
  const { socket } = useParts();
  const look = useComputed((): Look => {
    const { phase, failures } = socket.state.value;
    const silent = socket.silent.value;
    if (phase === "open" && silent > 0) return { word: words.silent(silent), dot: "run", state: "silent" };
    if (phase === "open") return { word: words.connected(socket.milliseconds.value), dot: "", state: "connected" };
    if (phase === "stopped") return { word: words.stopped, dot: "err", state: "stopped" };
    if (failures === 0) return { word: words.connecting, dot: "off", state: "connecting" };
    if (failures > 4 || !navigator.onLine) return { word: words.offline, dot: "off", state: "offline" };
    return { word: words.reconnecting, dot: "run", state: "reconnecting" };
  }).value;
  return (
    <span data-testid="status-connection" data-state={look.state}>
      <i class={`dot ${look.dot}`} />
      <span class="num">{look.word}</span>
    </span>
  );
}

function SavingState(): JSX.Element {
  const { socket, worksheet } = useParts();
  const { edits, runs } = worksheet;
  if (!worksheet.loaded.value) return <span />;
  const connected = socket.state.value.phase === "open";
  const unsaved = edits.unsaved.value;
  if (edits.refused.value !== null) {
    return (
      <span class="problem" data-testid="status-saving" data-state="refused" title={edits.refused.value}>
        {words.refusedEdit}
      </span>
    );
  }
  if (unsaved > 0 && !connected) {
    return (
      <span data-testid="status-saving" data-state="unsaved">
        <i class="dot run" />
        {words.unsavedEdits(unsaved)}
      </span>
    );
  }
  const saving = unsaved > 0 || runs.unkept.value;
  return (
    <span data-testid="status-saving" data-state={saving ? "saving" : "saved"}>
      {saving && (edits.slow.value || runs.unkept.value) ? <i class="spin" /> : <Icon name="check" />}
      {saving && (edits.slow.value || runs.unkept.value) ? words.savingNow : words.allSaved}
    </span>
  );
}

function VersionState(): JSX.Element {
  const { panels, worksheet } = useParts();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((count) => count + 1), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  const version = worksheet.versions.newest.value;
  const word = worksheet.versions.saving.value
    ? words.savingVersion
    : version === null
      ? ""
      : // The list of workspaces counts versions without autosaves: one that is called a version here would be missing there.
        version.kind === "autosave"
        ? words.autosaved(ago(version.time))
        : words.committed(version.name, shortId(version), ago(version.time));
  return (
    <button type="button" class="wide" data-testid="status-version" data-version={version?.id ?? ""} onClick={() => panels.toggle("history")}>
      {word}
    </button>
  );
}

function SessionFigures(): JSX.Element {
  const { files, worksheet } = useParts();
  const storage = files.storage.value;
  const session = worksheet.session.status.value;
  const flavour = session?.flavour || worksheet.sheet.flavour.value;
  return (
    <>
      <span data-testid="status-session" data-state={session?.state ?? "stopped"}>
        {strings.flavours[flavour] ?? flavour}
      </span>
      {session?.memory != null && (
        <span class="wide num" data-testid="status-memory">
          {words.memory(bytes(session.memory), session.memory_limit != null ? bytes(session.memory_limit) : "")}
        </span>
      )}
      {storage !== null && (
        <span class={`wide num ${storage.problem ? "problem" : ""}`} data-testid="status-storage" title={words.storageTitle}>
          {words.storage(bytes(storage.used), bytes(storage.size))}
        </span>
      )}
      {session?.cpu != null && <span class="wide num">{words.cpu(seconds(session.cpu))}</span>}
    </>
  );
}
