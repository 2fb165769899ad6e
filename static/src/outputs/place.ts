/** Whose output is shown, handed down to kinds of output that need to know it, and which pieces stand in which area of it. */

import { createContext } from "preact";
import type { CellInfo } from "../document/outline";
import type { Piece, RunStatus } from "../net/messages";

export interface Place {
  /** Null where it is not a worksheet's own: the outputs of a version. */
  readonly cell: CellInfo | null;
  readonly run: RunStatus | null;
  readonly pieces: readonly Piece[];
}

export const PlaceContext = createContext<Place>({ cell: null, run: null, pieces: [] });

/** The areas around what is shown: none stands in itself, whatever a session says. */
export const AroundContext = createContext<readonly number[]>([0]);

/** The pieces that stand in an area, in order; in the output itself with 0. */
export function standing(pieces: readonly Piece[], area: number): readonly Piece[] {
  return pieces.filter(({ kind, body }) => (body[kind === "area" ? "parent" : "area"] ?? 0) === area);
}
