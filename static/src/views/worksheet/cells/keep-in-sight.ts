/** Output that grows above the cell that one writes in must not push it out of sight. */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { useParts } from "../../../workbench/parts";

export function useKeepInSight(sheet: RefObject<HTMLElement | null>): void {
  const { focus } = useParts();
  useEffect(() => {
    if (sheet.current === null) return;
    let below = false;
    const watch = new ResizeObserver(() => {
      const id = focus.editing.peek();
      const cell = id === null ? null : document.querySelector(`[data-cell-id="${id}"]`);
      const view = sheet.current?.parentElement?.getBoundingClientRect();
      if (cell === null || cell === undefined || view === undefined) return;
      const was = below;
      below = cell.getBoundingClientRect().bottom > view.bottom;
      if (below && !was) {
        cell.scrollIntoView({ block: "nearest" });
        below = false;
      }
    });
    watch.observe(sheet.current);
    return () => watch.disconnect();
  }, []);
}
