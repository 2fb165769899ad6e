/** A worksheet's page: makes its parts for one document, joins them to the socket, lays them out. */

import "../common";
import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Socket } from "../net/socket";
import { go } from "../router";
import { Actions } from "../workbench/actions";
import { commandsOf } from "../workbench/commands";
import { WorkspaceFiles } from "../document/files";
import { Focus } from "../workbench/focus";
import { Panels } from "../workbench/panels";
import { Worksheet } from "../document/worksheet";
import { strings } from "../strings";
import { PartsContext, type Parts } from "../workbench/parts";
import { Layout } from "../views/worksheet/layout";
import { loadEditor } from "../editor/load";
import { Mounted } from "../workbench/mounted";

interface Props {
  workspace: string;
  document: string | null;
}

export function WorksheetPage({ workspace, document: id }: Props): JSX.Element {
  const parts = useMemo(() => partsOf(workspace, id), [workspace, id]);
  useEffect(() => {
    void loadEditor();
    parts.socket.start();
    const title = effect(() => {
      document.title = strings.titled(parts.worksheet.sheet.title.value || parts.worksheet.path.value || strings.untitled);
    });
    const leaving = (event: BeforeUnloadEvent) => parts.worksheet.edits.dirty.value && event.preventDefault();
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      title();
      parts.mounted.stop();
      parts.worksheet.close();
      parts.socket.stop();
    };
  }, [parts]);
  return (
    <PartsContext.Provider value={parts}>
      <Layout />
    </PartsContext.Provider>
  );
}

function partsOf(workspace: string, id: string | null): Parts {
  const socket: Socket = new Socket(workspace, (message) => {
    if (message.type === "welcome") greeted();
    worksheet.hear(message);
    files.hear(message);
  });
  const worksheet = new Worksheet(id ?? "", socket);
  const files = new WorkspaceFiles(socket);
  const focus = new Focus(worksheet);
  const actions = new Actions(worksheet, focus);
  const panels = new Panels(worksheet);
  let begun = false;
  const greeted = () => {
    if (id !== null) worksheet.open();
    void files.load().then(() => id === null && openFirst(workspace, files), () => undefined);
    if (id !== null) void newestVersion(worksheet);
  };
  // The first time that the sheet is there, writing begins in its only cell.
  effect(() => {
    if (!worksheet.loaded.value || begun) return;
    begun = true;
    queueMicrotask(() => begin(worksheet, focus));
  });
  return { socket, worksheet, focus, actions, panels, files, commands: commandsOf(actions, panels), mounted: new Mounted(worksheet, focus) };
}

function begin(worksheet: Worksheet, focus: Focus): void {
  const cells = worksheet.sheet.cells.value;
  const [first] = cells;
  if (first === undefined) {
    if (worksheet.mayEdit.value) focus.edit(worksheet.sheet.insert("code", {}), "start");
  } else if (cells.length === 1 && first.type === "code" && worksheet.sheet.text(first.id) === "") focus.edit(first.id, "start");
}

function openFirst(workspace: string, files: WorkspaceFiles): void {
  const [first] = files.documents.value;
  if (first !== undefined) go(`/w/${workspace}/${first.id}`, true);
}

async function newestVersion(worksheet: Worksheet): Promise<void> {
  const answer = await worksheet.socket.ask<"versions">({ type: "versions", limit: 1 }).catch(() => null);
  if (answer?.versions[0] !== undefined) worksheet.version.value = answer.versions[0];
}
