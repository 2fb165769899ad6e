/** The status bar: connection, saving, version on the left; session, memory, time on the right. */

import type { JSX } from "preact";
import { OnDemand } from "../../../workbench/on-demand";

/** What is only known, or only of use, once somebody has read the page. */
const connection = { load: () => import("../later").then((module) => module.ConnectionState) };
const saving = { load: () => import("../later").then((module) => module.SavingState) };
const figures = { load: () => import("../later").then((module) => module.SessionFigures) };
const version = { load: () => import("../later").then((module) => module.VersionState) };

export function StatusBar(): JSX.Element {
  return (
    <footer class="bar">
      <OnDemand of={connection} props={{}} />
      <OnDemand of={saving} props={{}} />
      <OnDemand of={version} props={{}} />
      <span class="sp" />
      <OnDemand of={figures} props={{}} />
    </footer>
  );
}
