/** Between two cells: nothing, until the pointer is there. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { OnDemand } from "../../../workbench/on-demand";
import { useParts } from "../../../workbench/parts";

/** They come right behind the first paint. */
const buttons = { load: () => import("../later").then((module) => module.InsertButtons) };

export function InsertBar({ after }: { after: string }): JSX.Element | null {
  const { focus, worksheet } = useParts();
  const [near, setNear] = useState(false);
  const active = useComputed(() => focus.active.value === after).value;
  const last = useComputed(() => worksheet.sheet.cells.value.at(-1)?.id === after).value;
  if (!worksheet.mayEdit.value) return null;
  const shown = near || active || last;
  return (
    <div class={`ins${active ? " on" : ""}${last ? " last" : ""}`} onMouseEnter={() => setNear(true)} onMouseLeave={() => setNear(false)}>
      {shown && <OnDemand of={buttons} props={{ after }} />}
    </div>
  );
}
