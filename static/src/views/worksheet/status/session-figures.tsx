/** What the session is and uses, in the status bar. */

import type { JSX } from "preact";
import type { SessionStatus, Storage } from "../../../net/messages";
import { strings } from "../../../strings";
import { bytes, seconds } from "../../../times";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

export function SessionFigures(): JSX.Element {
  const { files, socket, worksheet } = useParts();
  const session = worksheet.session.status.value;
  const lost = socket.lost.value;
  const flavour = session?.flavour || worksheet.sheet.flavour.value;
  return (
    <>
      <span data-testid="status-session" data-state={lost ? "lost" : (session?.state ?? "stopped")}>
        {strings.flavours[flavour] ?? flavour}
      </span>
      {!lost && <Figures session={session} storage={files.storage.value} />}
    </>
  );
}

/** What is used at this moment; of one that has passed it would be a lie. */
function Figures({ session, storage }: { session: SessionStatus | null; storage: Storage | null }): JSX.Element {
  return (
    <>
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
