/** Whether the page goes along with the cell that runs: by choice, and until somebody scrolls or types. */

import type { Press } from "../../../workbench/keys";

interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** Pixels between the end of a cell and the edge of the window. */
const ROOM = 24;

export class Following {
  #left = false;

  /** `wanted` says what was chosen. */
  constructor(readonly wanted: () => boolean) {}

  get on(): boolean {
    return this.wanted() && !this.#left;
  }

  /** Somebody reads or writes elsewhere. */
  leave(): void {
    this.#left = true;
  }

  /** Somebody has asked for a run or for the way to it, or nothing runs any more. */
  resume(): void {
    this.#left = false;
  }
}

/** Whether a key moves the page or writes: what only holds a key down, or is a command with Ctrl or Alt, does neither. */
export function isOwnMove({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): boolean {
  if (ctrlKey || metaKey || altKey || (shiftKey && key === "Enter")) return false;
  return !["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Escape"].includes(key);
}

/** How far to scroll so that the end of a cell is in the window; 0 where it is. */
export function wayTo(cell: Span, window: Span): number {
  const below = cell.bottom + ROOM - window.bottom;
  // What is wholly above the window is brought back as well: another cell runs now, or the output was replaced by less.
  return below > 0 || cell.bottom < window.top + ROOM ? below : 0;
}
