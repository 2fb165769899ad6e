/** A workbench for tests: an open worksheet with some cells, and everything that commands work on. */

import { signal } from "@preact/signals";
import { WorkspaceFiles } from "client/document/files";
import { Worksheet } from "client/document/worksheet";
import { Actions } from "client/workbench/actions";
import { Focus } from "client/workbench/focus";
import { Mounted } from "client/workbench/mounted";
import { Panels } from "client/workbench/panels";
import type { Bench } from "client/workbench/parts";
import { FIRST_VIEW } from "client/workbench/views";
import { FakeLink, linkOf } from "../link";

export function benchOf(...cells: readonly ["code" | "text" | "section", string, number?][]): Bench & { link: FakeLink; ids: string[] } {
  const link = new FakeLink();
  const worksheet = new Worksheet("d", linkOf(link));
  const ids = cells.map(([type, text, depth]) => worksheet.sheet.insert(type, {}, text, depth ?? 0));
  const focus = new Focus(worksheet);
  return {
    link, ids, worksheet, focus,
    socket: linkOf(link) as never,
    actions: new Actions(worksheet, focus),
    panels: new Panels(),
    mounted: new Mounted(worksheet, focus),
    files: new WorkspaceFiles(linkOf(link)),
    view: signal(FIRST_VIEW),
  };
}
