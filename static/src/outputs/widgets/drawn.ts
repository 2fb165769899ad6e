/** How much of a tree of widgets is drawn: what stands in several places is drawn in each. */

import type { Control } from "../interact/controls";

/** Deeper ones hold what stands in itself. */
export const MOST_DEPTH = 40;
export const MOST_DRAWN = 2000;

/** Whether drawing a tree makes more of it than a page can bear. Stops counting there. */
export function isTooMuch(root: string, controls: ReadonlyMap<string, Control>): boolean {
  let left = MOST_DRAWN;
  const visit = (name: string, within: readonly string[]): void => {
    const control = controls.get(name);
    if (control === undefined || within.includes(name) || within.length >= MOST_DEPTH) return;
    left -= 1;
    if (control.kind !== "box" && control.kind !== "pages") return;
    const inside = [...within, name];
    for (const each of control.children) {
      if (left < 0) return;
      visit(each, inside);
    }
  };
  visit(root, []);
  return left < 0;
}
