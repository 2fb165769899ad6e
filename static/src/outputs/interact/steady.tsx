/** What keeps its height while it is being replaced: it grows at once, and shrinks only when what is new has come to rest. */

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Milliseconds without a change after which a lower height is the one that stays. */
const REST = 400;

export function Steady({ busy, children }: { busy: boolean; children: ComponentChildren }): JSX.Element {
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [held, content] = [outer.current!, inner.current!];
    let timer = 0;
    const settle = () => (held.style.minHeight = `${content.offsetHeight}px`);
    const look = () => {
      window.clearTimeout(timer);
      if (content.offsetHeight >= (Number.parseFloat(held.style.minHeight) || 0)) settle();
      else if (!busy) timer = window.setTimeout(settle, REST);
    };
    const watch = new ResizeObserver(look);
    watch.observe(content);
    look();
    return () => {
      window.clearTimeout(timer);
      watch.disconnect();
    };
  }, [busy]);
  return (
    <div class="steady" ref={outer}>
      <div class="content" ref={inner} aria-busy={busy}>
        {children}
      </div>
    </div>
  );
}
