/** Panels that come when they are opened. */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

type Loader = () => Promise<ComponentType>;

/** A component whose code is loaded when it is first shown. */
function lazy(load: Loader): () => JSX.Element | null {
  let loaded: ComponentType | null = null;
  return function Lazy() {
    const [, ready] = useState(loaded !== null);
    useEffect(() => {
      if (loaded !== null) return;
      void load().then((component) => {
        loaded = component;
        ready(true);
      });
    }, []);
    const View = loaded;
    return View === null ? null : <View />;
  };
}

export const HistoryPanel = lazy(() => import("../history/history-panel").then((module) => module.History));
export const Dialogs = lazy(() => import("../dialogs/dialogs").then((module) => module.Dialogs));
