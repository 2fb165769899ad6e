/** The panel that is open, in the place that a view gives it. */

import type { JSX } from "preact";
import { OnDemand } from "./on-demand";
import { panels as registered, type Panel } from "./panels";
import { useParts } from "./parts";

export function OpenPanel({ place }: { place: Panel["place"] }): JSX.Element | null {
  const { focus, panels } = useParts();
  const panel = registered.get(panels[place].value ?? "");
  if (panel === null) return null;
  const close = () => {
    // A dialog tells of its end a moment later, when another panel may be open.
    if (panels[place].value !== panel.id) return;
    panels[place].value = null;
    // Beside the view a panel never had the keyboard to itself; a dialog did, and has it until it is out of the page.
    if (place === "over") queueMicrotask(() => focus.again());
  };
  return <OnDemand key={panel.id} of={panel} props={{ onClose: close }} />;
}
