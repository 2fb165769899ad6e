/** The page: bars around, the sidebar beside, the sheet in the middle, panels over it. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { missing } from "../../patience";
import { strings } from "../../strings";
import { useKeyboard } from "../../workbench/keyboard";
import { OnDemand } from "../../workbench/on-demand";
import { OpenPanel } from "../../workbench/open-panel";
import { useParts } from "../../workbench/parts";
import { Sheet } from "./cells/sheet";
import { Sidebar } from "./sidebar";
import { StatusBar } from "./status/status-bar";
import { words } from "./strings";
import { TopBar } from "./top-bar";

/** Nothing has to be told before the first paint. */
const notices = { load: () => import("./later").then((module) => module.Notices) };
/** Most screens never need it. */
const mobileBar = { load: () => import("./mobile-bar").then((module) => module.MobileBar) };

export function Layout(): JSX.Element {
  const { panels, socket, worksheet } = useParts();
  useKeyboard();
  const narrow = useNarrow();
  const open = [panels.over, panels.beside, panels.around].map((panel) => (panel.value === null ? "" : ` ${panel.value}-open`)).join("");
  const nothing = !worksheet.loaded.value && (worksheet.problem.value !== null || socket.state.value.phase === "stopped");
  return (
    <div class={`sheet-page${open}${nothing ? " nothing" : ""}`}>
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <TopBar />
      <Sidebar />
      <main class="main" id="content" tabIndex={-1}>
        <Sheet />
      </main>
      <OpenPanel place="beside" />
      <OpenPanel place="around" />
      {narrow && <OnDemand of={mobileBar} props={{}} />}
      <StatusBar />
      <OnDemand of={notices} props={{}} />
      {missing.value > 0 && (
        <div class="notices">
          <div class="notice warn" role="status" data-testid="missing">
            {words.missing}
          </div>
        </div>
      )}
      <OpenPanel place="over" />
      <p class="hidden" aria-live="polite" data-testid="announcement">
        {worksheet.notices.announcement.value}
      </p>
    </div>
  );
}

/** Whether the screen is one for the small layout; styles/mobile.css draws the line at the same width. */
function useNarrow(): boolean {
  const [query] = useState(() => matchMedia("(max-width: 720px)"));
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const change = () => setNarrow(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, [query]);
  return narrow;
}
