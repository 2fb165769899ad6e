/** A notice takes its room from the sheet: the line that one writes in must not go out of sight for it. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Pixels between that line and what is below it. */
const ROOM = 8;

/** What this is the `ref` of may grow. */
export function useCaretInSight(): RefObject<HTMLDivElement | null> {
  const grows = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const sheet = document.getElementById("content");
    const below = grows.current;
    if (below === null || sheet === null) return;
    const watch = new ResizeObserver(() => {
      const line = lineOfCaret(sheet);
      if (line === null) return;
      const hidden = line.bottom - sheet.getBoundingClientRect().bottom;
      // What is further down somebody has scrolled away from.
      if (hidden > 0 && hidden < below.offsetHeight + line.height) sheet.scrollTop += hidden + ROOM;
    });
    watch.observe(below);
    return () => watch.disconnect();
  }, []);
  return grows;
}

function lineOfCaret(sheet: HTMLElement): DOMRect | null {
  if (!sheet.contains(document.activeElement)) return null;
  const node = getSelection()?.focusNode ?? null;
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest(".cm-line")?.getBoundingClientRect() ?? null;
}
