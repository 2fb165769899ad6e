/** What cells had printed when a version was named, a few at a time. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { KeptCell, VersionEntry } from "../../net/messages";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { useParts } from "../../workbench/parts";
import { words } from "./strings";

interface KeptOutputsProps {
  version: VersionEntry;
  onProblem: (text: string | null) => void;
}

/** In the order of the version's cells, whatever part they came with. */
function inOrder(one: KeptCell, other: KeptCell): number {
  return one.path === other.path ? one.place - other.place : one.path < other.path ? -1 : 1;
}

export function KeptOutputs({ version, onProblem }: KeptOutputsProps): JSX.Element {
  const { socket } = useParts();
  const [outputs, setOutputs] = useState<readonly KeptCell[] | null>(null);
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(false);
  const load = (after: number) => {
    setBusy(true);
    void socket.ask<"version_outputs">({ type: "version_outputs", version: version.id, after }).then(
      (answer) => {
        setOutputs((known) => [...(known ?? []), ...answer.outputs].sort(inOrder));
        setMore(answer.more);
        setBusy(false);
        onProblem(null);
      },
      (error: unknown) => {
        setBusy(false);
        onProblem(errorText(error));
      },
    );
  };
  useEffect(() => load(0), [version.id]);
  return (
    <section data-testid="kept-outputs">
      <h3>{words.outputs}</h3>
      {outputs === null && <p class="muted">{strings.loading}</p>}
      {outputs?.length === 0 && <p class="muted">{words.noOutputs}</p>}
      {(outputs ?? []).map((output) => (
        <KeptOutput key={output.ordinal} output={output} />
      ))}
      {more && (
        <button type="button" class="btn" disabled={busy} onClick={() => load(Math.max(0, ...(outputs ?? []).map(({ ordinal }) => ordinal)))}>
          {words.moreOutputs}
        </button>
      )}
    </section>
  );
}

/** Its cell is told by how its code began in that version, and by its worksheet where that is another one. */
function KeptOutput({ output }: { output: KeptCell }): JSX.Element {
  const { drawn, worksheet } = useParts();
  const shown = useMemo(() => drawn(output.pieces), [output]);
  return (
    <div class="kept" data-testid="kept-output">
      {output.path !== worksheet.path.value && <p class="muted">{output.path}</p>}
      <pre>{output.code}</pre>
      <div class="out">{shown.map(({ key, show }) => <Shown key={key} show={show} />)}</div>
    </div>
  );
}

function Shown({ show }: { show: () => JSX.Element }): JSX.Element {
  return show();
}
