/** What everything that shows one open worksheet shares. */

import type { Signal } from "@preact/signals";
import { createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";
import type { WorkspaceFiles } from "../document/files";
import type { Worksheet } from "../document/worksheet";
import type { Hearing } from "../net/hearing";
import type { Piece } from "../net/messages";
import type { Socket } from "../net/socket";
import type { Actions } from "./actions";
import type { Filling } from "./filling";
import type { Focus } from "./focus";
import type { Command } from "./keys";
import type { Mounted } from "./mounted";
import type { Panels } from "./panels";

/** What commands and hearers are made from. */
export interface Bench {
  readonly socket: Socket;
  /** For parts that come later and listen, too. */
  readonly hearing: Hearing;
  readonly worksheet: Worksheet;
  readonly focus: Focus;
  readonly actions: Actions;
  readonly panels: Panels;
  readonly mounted: Mounted;
  readonly filling: Filling;
  readonly files: WorkspaceFiles;
  /** The id of the view that is shown. */
  readonly view: Signal<string>;
}

/** A piece of output as it is shown. */
export interface Drawn {
  readonly key: number;
  show(): JSX.Element;
}

export interface Parts extends Bench {
  /** What parts that come later bring is added to them. */
  readonly commands: Command[];
  /** What pieces of output look like, for panels, which come apart from the page that has the kinds. */
  drawn(pieces: readonly Piece[]): readonly Drawn[];
}

export const PartsContext = createContext<Parts | null>(null);

export function useParts(): Parts {
  const parts = useContext(PartsContext);
  if (parts === null) throw new Error("a part of a worksheet outside of a worksheet");
  return parts;
}
