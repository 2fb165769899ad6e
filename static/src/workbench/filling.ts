/** How far down a sheet is shown: a screenful at once, the rest in steps, so that a long one can be read and typed in early.
 *
 * In the end every cell is in the page: searching in it, screen readers and printing see all of them. */

import { computed, effect, signal } from "@preact/signals";
import type { Worksheet } from "../document/worksheet";

/** More cells than a screen shows, as long as they are not all empty. */
const FIRST = 16;
/** Cells that are rendered and laid out within a frame or two. */
const STEP = 12;

export class Filling {
  readonly #limit = signal(FIRST);
  readonly #places = computed(() => new Map(this.worksheet.visible.value.map((cell, place) => [cell.id, place])));
  readonly stop: () => void;

  constructor(readonly worksheet: Worksheet) {
    this.stop = effect(() => {
      if (!worksheet.loaded.value || this.#limit.value === Infinity) return;
      const shown = this.#limit.peek();
      const next = shown >= worksheet.visible.peek().length ? Infinity : shown + STEP;
      return afterPaint(() => (this.#limit.value = next));
    });
  }

  /** Whether a cell is shown yet. */
  reaches(id: string): boolean {
    const limit = this.#limit.value;
    return limit === Infinity || (this.#places.value.get(id) ?? 0) < limit;
  }
}

/** Do something once what is on its way to the screen is there; returns how to call it off. */
function afterPaint(action: () => void): () => void {
  let timer = 0;
  // A page that nobody sees has no frames.
  const wait = (next: () => void) => (document.hidden ? window.setTimeout(next) : requestAnimationFrame(next));
  const frame = wait(() => (timer = window.setTimeout(action)));
  return () => {
    cancelAnimationFrame(frame);
    window.clearTimeout(frame);
    window.clearTimeout(timer);
  };
}
