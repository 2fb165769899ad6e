/** What the session is and uses, in the status bar. */

import type { JSX } from "preact";
import { strings } from "../../../strings";
import { bytes, seconds } from "../../../times";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

export function SessionFigures(): JSX.Element {
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
