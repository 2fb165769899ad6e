/** The page: bars around, the sidebar beside, the sheet in the middle, panels over it. */

import type { JSX } from "preact";
import { strings } from "../../strings";
import { useKeyboard } from "../../workbench/keyboard";
import { OpenPanel } from "../../workbench/open-panel";
import { useParts } from "../../workbench/parts";
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
    <div class={`sheet-page ${open === null ? "" : `${open}-open`}`}>
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <TopBar />
      <Sidebar />
      <main class="main" id="content" tabIndex={-1}>
        <Sheet />
      </main>
      <OpenPanel place="beside" />
      <MobileBar />
      <StatusBar />
      <Notices />
      <OpenPanel place="over" />
      <p class="hidden" aria-live="polite" data-testid="announcement">
        {worksheet.notices.announcement.value}
      </p>
    </div>
  );
}
