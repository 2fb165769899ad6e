/** The newest version, in the status bar: what the last save made, or that there was nothing new to keep. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { shortId } from "../../../document/paths";
import type { VersionEntry } from "../../../net/messages";
import { ago } from "../../../times";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

export function VersionState(): JSX.Element {
  const { panels, worksheet } = useParts();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((count) => count + 1), 30_000);
    return () => window.clearInterval(timer);
  }, []);
  const version = worksheet.versions.newest.value;
  return (
    <button type="button" class="wide" data-testid="status-version" data-version={version?.id ?? ""} onClick={() => panels.toggle("history")}>
      {worksheet.versions.saving.value ? words.savingVersion : version === null ? "" : told(version, worksheet.versions.unchanged.value)}
    </button>
  );
}

function told(version: VersionEntry, unchanged: boolean): string {
  const when = ago(version.time);
  if (unchanged) return words.nothingNew(version.name, shortId(version), when);
  // The list of workspaces counts versions without autosaves: one that is called a version here would be missing there.
  if (version.kind === "autosave") return words.autosaved(when);
  if (version.kind === "revert") return words.reverted(shortId(version), when);
  return words.committed(version.name, shortId(version), when);
}
