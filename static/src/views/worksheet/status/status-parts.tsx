/** What stands in the status bar: connection, saving, version on the left; session, memory, time on the right. */

import type { JSX } from "preact";
import { ConnectionState } from "./connection-state";
import { SavingState } from "./saving-state";
import { SessionFigures } from "./session-figures";
import { VersionState } from "./version-state";

export function StatusParts(): JSX.Element {
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
