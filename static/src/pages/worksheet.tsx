/** A worksheet's page: makes its parts for one document, joins them to the socket, lays them out. */

import "../common";
import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { WorkspaceFiles } from "../document/files";
import { plainTitle } from "../prose/plain-title";
import { Worksheet } from "../document/worksheet";
import { loadEditor } from "../editor/load";
import { Hearing, ofDocument } from "../net/hearing";
import type { Piece } from "../net/messages";
import { Socket } from "../net/socket";
import { shownOf } from "../outputs/kinds";
import { PlaceContext, standing } from "../outputs/place";
import { go, takeTold } from "../router";
import { strings } from "../strings";
import "../views";
import { Actions } from "../workbench/actions";
import { commandsOf } from "../workbench/commands";
import { Filling } from "../workbench/filling";
import { Focus } from "../workbench/focus";
import { hearerSets } from "../workbench/hearers";
import { Mounted } from "../workbench/mounted";
import { OnDemand } from "../workbench/on-demand";
import { Panels } from "../workbench/panels";
import { PartsContext, useParts, type Bench, type Drawn, type Parts } from "../workbench/parts";
import { FIRST_VIEW, views } from "../workbench/views";

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
      document.title = strings.titled(plainTitle(parts.worksheet.sheet.title.value) || parts.worksheet.path.value || strings.untitled);
    });
    const leaving = (event: BeforeUnloadEvent) => parts.worksheet.edits.dirty.value && event.preventDefault();
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      title();
      parts.mounted.stop();
      parts.filling.stop();
      parts.worksheet.close();
      parts.socket.stop();
    };
  }, [parts]);
  return (
    <PartsContext.Provider value={parts}>
      <ShownView />
    </PartsContext.Provider>
  );
}

function ShownView(): JSX.Element | null {
  const { view } = useParts();
  const shown = views.get(view.value);
  return shown === null ? null : <OnDemand key={shown.id} of={shown} props={{}} />;
}

function partsOf(workspace: string, id: string | null): Parts {
  const hearing = new Hearing();
  const socket = new Socket(workspace, (message) => hearing.hear(message));
  const worksheet = new Worksheet(id ?? "", socket);
  const files = new WorkspaceFiles(socket);
  const focus = new Focus(worksheet);
  const actions = new Actions(worksheet, focus);
  const mounted = new Mounted(worksheet, focus);
  const bench: Bench = { hearing, socket, worksheet, focus, actions, panels: new Panels(), mounted, filling: new Filling(worksheet), files, view: signal(FIRST_VIEW) };
  hearing.add({ welcome: () => welcomed(bench, id) });
  worksheet.hearers.forEach((hearers) => hearing.add(ofDocument(worksheet.id, hearers)));
  hearing.add(files.hearers);
  hearerSets.all().forEach((set) => hearing.add(set.hearers(bench)));
  beginOnce(worksheet, focus);
  return { ...bench, commands: commandsOf(bench), drawn };
}

function drawn(pieces: readonly Piece[]): Drawn[] {
  const place = { cell: null, run: null, pieces };
  return shownOf(standing(pieces, 0)).map(({ key, kind, item }) => ({ key, show: () => <PlaceContext.Provider value={place}>{kind.show(item)}</PlaceContext.Provider> }));
}

/** Connected, for the first time or again: ask for what the page shows. */
function welcomed({ files, socket, worksheet }: Bench, id: string | null): void {
  if (id !== null) worksheet.open();
  void files.load().then(() => id === null && openFirst(socket.workspace, files), () => undefined);
  if (id !== null) void worksheet.versions.load();
}

/** The first time that the sheet is there, writing begins: of its name in a new workspace, else in its only cell. */
function beginOnce(worksheet: Worksheet, focus: Focus): void {
  let begun = false;
  effect(() => {
    if (!worksheet.loaded.value || begun) return;
    begun = true;
    queueMicrotask(() => begin(worksheet, focus));
  });
}

function begin(worksheet: Worksheet, focus: Focus): void {
  const cells = worksheet.sheet.cells.value;
  const [first] = cells;
  if (takeTold() === "made" && worksheet.mayEdit.value) {
    // No cell is active yet: it would take the keyboard from the name.
    if (first === undefined) worksheet.sheet.insert("code", {});
    focus.naming.value = true;
  } else if (first === undefined) {
    if (worksheet.mayEdit.value) focus.edit(worksheet.sheet.insert("code", {}), "start");
  } else if (cells.length === 1 && first.type === "code" && worksheet.sheet.text(first.id) === "") focus.edit(first.id, "start");
}

function openFirst(workspace: string, files: WorkspaceFiles): void {
  const [first] = files.documents.value;
  if (first !== undefined) go(`/w/${workspace}/${first.id}`, true);
}
