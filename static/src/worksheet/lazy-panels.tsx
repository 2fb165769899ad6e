/** Panels that come when they are opened. */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

let loaded: ComponentType | null = null;

export function HistoryPanel(): JSX.Element | null {
  const [, ready] = useState(false);
  useEffect(() => {
    if (loaded !== null) return;
    void import("./history-panel").then((module) => {
      loaded = module.History;
      ready(true);
    });
  }, []);
  const View = loaded;
  return View === null ? null : <View />;
}
