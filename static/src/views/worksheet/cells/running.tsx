/** How long a cell has been running. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { seconds } from "../../../times";

/** The seconds that a cell has run, once it is more than a blink. */
export function Running({ since }: { since: string }): JSX.Element | null {
  const [start] = useState(() => Math.min(Date.parse(since) || Date.now(), Date.now()));
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 100);
    return () => window.clearInterval(timer);
  }, []);
  if (now - start < 300) return null;
  return (
    <span class="meta num">
      <i class="spin" />
      {seconds((now - start) / 1000)}
    </span>
  );
}
