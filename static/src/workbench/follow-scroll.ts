/** Which section is being read: the outline follows what is in the window. */

import type { Worksheet } from "../document/worksheet";
import type { Focus } from "./focus";

/** A heading that far below the window's upper end, in pixels, is the one whose text is being read. */
const READING = 160;

/** Follow until the returned function is called. */
export function followScroll(scroller: HTMLElement, worksheet: Worksheet, focus: Focus): () => void {
  let frame = 0;
  const look = () => {
    frame = 0;
    const top = scroller.getBoundingClientRect().top;
    const place = (id: string) => scroller.querySelector(`[data-cell-id="${CSS.escape(id)}"]`)?.getBoundingClientRect().top;
    let found: string | null = null;
    for (const { section } of worksheet.sections.peek()) {
      const at = place(section.id);
      if (at !== undefined && at > top + READING) break;
      if (at !== undefined) found = section.id;
    }
    // At the end of a sheet nothing scrolls up to the reading line: the heading that somebody went to counts while it is seen.
    const cells = worksheet.sheet.cells.peek();
    const active = cells.findIndex((cell) => cell.id === focus.active.peek());
    const own = cells.slice(0, active + 1).findLast((cell) => cell.type === "section");
    const at = own === undefined ? undefined : place(own.id);
    focus.inSight.value = at !== undefined && at >= top && at < top + scroller.clientHeight ? own!.id : found;
  };
  const scrolled = () => (frame ||= requestAnimationFrame(look));
  scroller.addEventListener("scroll", scrolled, { passive: true });
  return () => {
    cancelAnimationFrame(frame);
    scroller.removeEventListener("scroll", scrolled);
  };
}
