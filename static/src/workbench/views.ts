/** The ways in which a worksheet is shown: each view registers itself, and the page shows the chosen one. */

import type { ComponentType } from "preact";
import { Registry } from "../registry";
import { strings } from "../strings";
import type { Command } from "./keys";
import type { Bench } from "./parts";

export interface View {
  readonly id: string;
  readonly title: string;
  /** Its component: at once, or a promise of it for a view whose code comes when it is chosen. */
  load(): ComponentType | Promise<ComponentType>;
}

export const views = new Registry<View>();

/** The view that a worksheet opens in. */
export const FIRST_VIEW = "worksheet";

/** A command for each view, once there is a choice. */
export function viewCommands(bench: Bench): Command[] {
  const all = views.all();
  if (all.length < 2) return [];
  return all.map((view) => ({
    id: `view.${view.id}`,
    title: strings.showAs(view.title),
    run: () => (bench.view.value = view.id),
    bindings: [],
  }));
}
