/** What lies over or beside a view: each panel registers itself, one at a time is open. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { Registry } from "../registry";

export interface PanelProps {
  /** Closes the panel and gives the keyboard back to the cell that had it. */
  readonly onClose: () => void;
}

export interface Panel {
  readonly id: string;
  /** Over the page as a dialog, or beside the view, which stays in use. */
  readonly place: "over" | "beside";
  /** A panel's code comes when it is first opened. */
  load(): Promise<ComponentType<PanelProps>>;
}

export const panels = new Registry<Panel>();

/** Which panel of one open worksheet is shown; "outline" is the sidebar of small screens, which is always there. */
export class Panels {
  readonly open = signal<string | null>(null);

  show(panel: string): void {
    this.open.value = panel;
  }

  toggle(panel: string): void {
    this.open.value = this.open.value === panel ? null : panel;
  }

  close(): void {
    this.open.value = null;
  }
}
