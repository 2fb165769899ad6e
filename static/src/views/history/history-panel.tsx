/** The history: versions, what changed in each, and the way back. */

import { untracked, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { full } from "../../dates";
import { ago, bytes } from "../../times";
import type { VersionEntry } from "../../net/messages";
import { strings } from "../../strings";
import { errorText, IconButton } from "../../ui/basics";
import { Confirm } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { shortId } from "../../document/paths";
import { ListedVersions } from "./listed-versions";
import { byWhom, titleOf, Version } from "./version";
import { words } from "./strings";

export function History({ onClose }: PanelProps): JSX.Element {
  const { panels, socket, worksheet } = useParts();
  const list = useMemo(() => new ListedVersions(socket), [socket]);
  const versions = list.versions.value;
  const [opened, setOpened] = useState<VersionEntry | null>(null);
  const [reverted, setReverted] = useState<VersionEntry | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // What the list says of it by now: somebody may have taken its name.
  const chosen = versions?.find(({ id }) => id === opened?.id) ?? opened;
  const [told, setProblem] = useState<string | null>(null);
  const problem = told ?? (list.failure.value === null ? null : errorText(list.failure.value));
  useSignalEffect(() => {
    worksheet.versions.newest.value;
    // Asking looks whether there is a connection, which is no reason to ask anew.
    untracked(() => void list.refresh());
  });
  const afterRevert = (version: VersionEntry) => {
    setOpened(null);
    setReverted(version);
    setProblem(null);
    // The button that had the keyboard goes.
    heading.current?.focus();
    worksheet.notices.announce(words.reverted(full(version.time)));
  };
  const open = (version: VersionEntry) => {
    setReverted(null);
    setProblem(null);
    setOpened(version);
  };
  const back = () => {
    setProblem(null);
    setOpened(null);
  };
  return (
    <aside class="history" aria-label={strings.history} data-testid="history">
      <div class="hd">
        {chosen !== null && <IconButton icon="back" label={words.back} onClick={back} />}
        <h2 ref={heading} tabIndex={-1}>{chosen === null ? words.versions : titleOf(chosen)}</h2>
        <button type="button" class="btn" onClick={() => panels.show("name")} hidden={chosen !== null || !worksheet.mayEdit.value}>
          {words.nameVersion}
        </button>
        <IconButton icon="close" label={strings.close} onClick={onClose} testId="history-close" />
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {chosen !== null ? (
        <Version version={chosen} others={versions ?? []} onProblem={setProblem} onReverted={afterRevert} onUnnamed={() => heading.current?.focus()} />
      ) : (
        <>
          <NotSaved />
          {reverted !== null && <p class="done" data-testid="reverted">{words.reverted(full(reverted.time))}</p>}
          {versions?.length === 0 && <p class="muted none">{words.noVersions}</p>}
          <ol class="versions">
            {(versions ?? []).map((version) => (
              <li key={version.id}>
                <button type="button" onClick={() => open(version)} data-testid="version">
                  <i class={`dot ${version.kind === "autosave" ? "off" : ""}`} />
                  <span>
                    <b>{titleOf(version)}</b>
                    <small>{[byWhom(version), words.filesChanged(version.files_changed)].filter(Boolean).join(", ")}</small>
                  </span>
                  <time dateTime={version.time} title={`${full(version.time)}, ${shortId(version)}`}>
                    {ago(version.time)}
                  </time>
                </button>
              </li>
            ))}
          </ol>
          {list.autosaves.value && <RemoveAutosaves onProblem={setProblem} onRemoved={() => void list.refresh()} />}
          {list.more.value && (
            <button type="button" class="btn" disabled={list.busy.value} onClick={() => void list.further()}>
              {words.olderVersions}
            </button>
          )}
        </>
      )}
    </aside>
  );
}

/** Makes room: autosaves count for the owner of the workspace. */
function RemoveAutosaves(props: { onProblem: (text: string | null) => void; onRemoved: () => void }): JSX.Element {
  const { socket, worksheet } = useParts();
  const [asking, setAsking] = useState(false);
  const remove = () => {
    void socket.ask<"thinned">({ type: "thin" }).then(
      ({ freed }) => {
        worksheet.notices.announce(words.removedAutosaves(bytes(freed)));
        props.onProblem(null);
        props.onRemoved();
      },
      (error: unknown) => props.onProblem(errorText(error)),
    );
  };
  return (
    <>
      <button type="button" class="btn" onClick={() => setAsking(true)} data-testid="remove-autosaves">{words.removeAutosaves}</button>
      {asking && <Confirm text={words.confirmAutosaves} action={words.removeAutosaves} onYes={remove} onClose={() => setAsking(false)} />}
    </>
  );
}

/** What no version keeps, and why. */
function NotSaved(): JSX.Element | null {
  const unsaved = useParts().worksheet.versions.unsaved.value;
  if (unsaved === null) return null;
  return (
    <section data-testid="not-saved">
      {unsaved.problem && <p class="problem">{unsaved.problem}</p>}
      {unsaved.paths.length > 0 && (
        <details open={unsaved.paths.length <= 5}>
          <summary>{words.notSaved(unsaved.paths.length + (unsaved.more ?? 0))}</summary>
          <ul>
            {unsaved.paths.map(({ path, why }) => (
              <li key={path}>
                {path} <span class="muted">{why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
