/** What lies over or beside a view: each panel registers itself, one of each kind at a time is open. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { Registry } from "../registry";

export interface PanelProps {
  /** Closes the panel and gives the keyboard back to the cell that had it. */
  readonly onClose: () => void;
}

export interface Panel {
  readonly id: string;
  /** Over the page as a dialog; beside the view, which stays in use; or around it, as slides and the command line are. */
  readonly place: "over" | "beside" | "around";
  /** A panel's code comes when it is first opened. */
  load(): Promise<ComponentType<PanelProps>>;
}

export const panels = new Registry<Panel>();

/** Which panels of one open worksheet are shown; "outline" is the sidebar of small screens, which is always there. */
export class Panels {
  readonly over = signal<string | null>(null);
  /** Stays while a dialog is open: what is asked there may belong to it. */
  readonly beside = signal<string | null>(null);
  readonly around = signal<string | null>(null);
  /** What key presses mean to the panel that lies around the view, before they mean anything else; it says whether they did. */
  keys: ((name: string, event: KeyboardEvent) => boolean) | null = null;

  show(panel: string): void {
    const place = panels.get(panel)?.place;
    // The outline and what lies beside the view have the same place on small screens.
    if (place !== "over" && place !== "around") this.over.value = this.beside.value = null;
    this[place ?? "over"].value = panel;
  }

  toggle(panel: string): void {
    for (const place of [this.over, this.beside, this.around]) if (place.value === panel) return void (place.value = null);
    this.show(panel);
  }
}
