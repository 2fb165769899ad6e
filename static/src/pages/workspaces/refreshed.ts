/** Keeps a list fresh that others change too, and costs nothing while nobody looks at it. */

import { useEffect, useRef } from "preact/hooks";

/** Milliseconds after which a list that is looked at is asked for again. */
const EVERY = 30_000;

/** Refresh whenever the page becomes visible, and now and then while it is. */
export function useRefreshed(refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") latest.current();
    };
    const timer = window.setInterval(look, EVERY);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
}
