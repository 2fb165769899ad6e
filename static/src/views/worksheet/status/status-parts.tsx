/** What stands in the status bar: connection, saving, version on the left; session, memory, time on the right. */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useParts } from "../../../workbench/parts";
import { rememberPanes } from "../panes";
import { ConnectionState } from "./connection-state";
import { SavingState } from "./saving-state";
import { SessionFigures } from "./session-figures";
import { VersionState } from "./version-state";

export function StatusParts(): JSX.Element {
  const parts = useParts();
  // Here, because this comes right behind the first paint, and is there as long as the sheet is.
  useEffect(() => rememberPanes(parts), [parts]);
  return (
    <>
      <ConnectionState />
      <SavingState />
      <VersionState />
      <span class="sp" />
      <SessionFigures />
    </>
  );
}
