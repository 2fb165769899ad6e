/** The status bar, which is there from the first paint on, so that nothing moves. */

import type { JSX } from "preact";
import { OnDemand } from "../../../workbench/on-demand";

/** What is only known, or only of use, once somebody has read the page. */
const parts = { load: () => import("../later").then((module) => module.StatusParts) };

export function StatusBar(): JSX.Element {
  return (
    <footer class="bar">
      <OnDemand of={parts} props={{}} />
    </footer>
  );
}
