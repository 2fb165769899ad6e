/** What the parts of a worksheet page share. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Socket } from "../net/socket";
import type { Actions } from "./actions";
import type { Command } from "./commands";
import type { Focus } from "./focus";
import type { Panels } from "./panels";
import type { Worksheet } from "../document/worksheet";
import type { Mounted } from "./mounted";
import type { WorkspaceFiles } from "../document/files";

export interface Parts {
  readonly socket: Socket;
  readonly worksheet: Worksheet;
  readonly focus: Focus;
  readonly actions: Actions;
  readonly panels: Panels;
  readonly commands: readonly Command[];
  readonly mounted: Mounted;
  readonly files: WorkspaceFiles;
}

export const PartsContext = createContext<Parts | null>(null);

export function useParts(): Parts {
  const parts = useContext(PartsContext);
  if (parts === null) throw new Error("a part of a worksheet outside of a worksheet");
  return parts;
}
