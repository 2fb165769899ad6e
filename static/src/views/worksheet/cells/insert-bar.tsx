/** Between two cells: nothing, until the pointer is there. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CellType } from "../../../document/outline";
import { Icon } from "../../../ui/icons";
import { useParts } from "../../../workbench/parts";
import { strings } from "../../../strings";
import { words } from "../strings";

const KINDS: readonly CellType[] = ["code", "text", "section"];

export function InsertBar({ after }: { after: string }): JSX.Element | null {
  const { actions, focus, worksheet } = useParts();
  const [near, setNear] = useState(false);
  const active = useComputed(() => focus.active.value === after).value;
  const last = useComputed(() => worksheet.sheet.cells.value.at(-1)?.id === after).value;
  if (!worksheet.mayEdit.value) return null;
  const shown = near || active || last;
  return (
    <div class={`ins${active ? " on" : ""}${last ? " last" : ""}`} onMouseEnter={() => setNear(true)} onMouseLeave={() => setNear(false)}>
      {shown && (
        <span role="group" aria-label={strings.insertHere}>
          {KINDS.map((kind) => (
            <button key={kind} type="button" data-testid={`insert-${kind}`} onClick={() => actions.insert(kind, { after })}>
              <Icon name="plus" />
              {words.kinds[kind]}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}
