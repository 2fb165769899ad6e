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

export function KeptOutputs({ version, onProblem }: KeptOutputsProps): JSX.Element {
  const { socket } = useParts();
  const [outputs, setOutputs] = useState<readonly KeptCell[] | null>(null);
  const [more, setMore] = useState(false);
  const load = (after: number) =>
    void socket.ask<"version_outputs">({ type: "version_outputs", version: version.id, after }).then(
      (answer) => {
        setOutputs((known) => [...(known ?? []), ...answer.outputs]);
        setMore(answer.more);
      },
      (error: unknown) => onProblem(errorText(error)),
    );
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
        <button type="button" class="btn" onClick={() => load(outputs?.at(-1)?.ordinal ?? 0)}>
          {words.moreOutputs}
        </button>
      )}
    </section>
  );
}

/** The code that made it is shown where the sheet still has it; else the difference above says what became of it. */
function KeptOutput({ output }: { output: KeptCell }): JSX.Element {
  const { drawn, worksheet } = useParts();
  const { sheet } = worksheet;
  const shown = useMemo(() => drawn(output.pieces), [output]);
  const code = useMemo(() => {
    const there = sheet.cells.peek().some((cell) => cell.id === output.cell && cell.type === "code");
    const text = there ? sheet.text(output.cell) : "";
    return there && sheet.hashOf(output.cell) === output.hash ? text : null;
  }, [output]);
  return (
    <div class="kept" data-testid="kept-output">
      {code === null ? <p class="muted">{words.codeChanged(output.path, output.number)}</p> : <pre>{code}</pre>}
      <div class="out">{shown.map(({ key, show }) => <Shown key={key} show={show} />)}</div>
    </div>
  );
}

function Shown({ show }: { show: () => JSX.Element }): JSX.Element {
  return show();
}
