/** The page: bars around, the sidebar beside, the sheet in the middle, panels over it. */

import type { JSX } from "preact";
import { strings } from "../../strings";
import { useParts } from "../../workbench/parts";
import { Dialogs, HistoryPanel } from "./lazy-panels";
import { useKeyboard } from "../../workbench/keyboard";
import { MobileBar } from "./mobile-bar";
import { Notices } from "./notices";
import { Sheet } from "./cells/sheet";
import { Sidebar } from "./sidebar";
import { StatusBar } from "./status-bar";
import { TopBar } from "./top-bar";

export function Layout(): JSX.Element {
  const { panels, worksheet } = useParts();
  useKeyboard();
  const open = panels.open.value;
  return (
    <div class={`sheet-page${open === "outline" ? " outline-open" : ""}${open === "history" ? " history-open" : ""}`}>
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <TopBar />
      <Sidebar />
      <main class="main" id="content" tabIndex={-1}>
        <Sheet />
      </main>
      {open === "history" && <HistoryPanel />}
      <MobileBar />
      <StatusBar />
      <Notices />
      {open !== null && open !== "history" && open !== "outline" && <Dialogs />}
      <p class="hidden" aria-live="polite" data-testid="announcement">
        {worksheet.announcement.value}
      </p>
    </div>
  );
}
