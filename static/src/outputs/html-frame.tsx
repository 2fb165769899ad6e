/** Untrusted HTML in a frame of an opaque origin: made when it comes near, few alive, spoken to by messages only. */

import "../common";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { askSite, site } from "../account";
import { isDark } from "../theme";
import { heightIn, isReady, LEAST } from "./frame-says";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = { html: "Output of the cell, as a page of its own" };

const ALIVE = 20;
const alive: (() => void)[] = [];
const NONE: readonly string[] = [];

/** HTML of a session's making; `scripts` run in the frame before its own. */
export function HtmlFrame({ html, scripts = NONE }: { html: string; scripts?: readonly string[] }): JSX.Element {
  const holder = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [near, setNear] = useState(false);
  const [height, setHeight] = useState(LEAST);
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting === true && setNear(true), { rootMargin: "600px" });
    if (holder.current !== null && !near) watch.observe(holder.current);
    return () => watch.disconnect();
  }, [near]);
  // Before the frame can load: it says just once that it is ready, and an effect after the paint may come later than that.
  useLayoutEffect(() => {
    if (!near) return;
    askSite();
    const sleep = () => setNear(false);
    alive.push(sleep);
    if (alive.length > ALIVE) alive.shift()?.();
    let sent = false;
    const hear = (event: MessageEvent) => {
      const target = frame.current?.contentWindow;
      if (!target || event.source !== target) return;
      const wanted = heightIn(event.data);
      if (wanted !== null) return setHeight(wanted);
      if (!isReady(event.data) || sent) return;
      sent = true;
      // The frame's origin is opaque, so no target origin can name it; the site's policy lets nothing else be there.
      target.postMessage({ sagews: "render", html, scripts, ink: inkOf(holder.current), scheme: isDark() ? "dark" : "light" }, "*");
    };
    window.addEventListener("message", hear);
    return () => {
      window.removeEventListener("message", hear);
      const index = alive.indexOf(sleep);
      if (index >= 0) alive.splice(index, 1);
    };
  }, [near, html, scripts]);
  const origin = site.value?.untrusted_origin;
  return (
    <div ref={holder} class="framed" style={{ minHeight: `${height}px` }}>
      {near && origin !== undefined && (
        <iframe
          key={html}
          ref={frame}
          sandbox="allow-scripts"
          referrerpolicy="no-referrer"
          src={`${origin}/frame`}
          title={words.html}
          data-testid="html-frame"
          style={{ height: `${height}px` }}
        />
      )}
    </div>
  );
}

function inkOf(element: HTMLElement | null): string {
  return element === null ? "" : getComputedStyle(element).color;
}
