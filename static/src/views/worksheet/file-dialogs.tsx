/** The questions that belong to the sidebar's worksheets: a new one's name, another name, whether to delete. */

import "../../common";
import type { JSX } from "preact";
import type { DocumentEntry } from "../../net/messages";
import { nameOf } from "../../document/paths";
import { go } from "../../router";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Ask, Confirm } from "../../ui/dialogs";
import { useParts } from "../../workbench/parts";
import { fileWords } from "./file-strings";

/** `title` is the label of the button that asked: the words beside it do not come with these dialogs. */
export type Asked = { kind: "create"; title: string } | { kind: "rename" | "remove"; entry: DocumentEntry };

export function FileDialogs({ asked, onClose }: { asked: Asked; onClose: () => void }): JSX.Element {
  const { files, socket, worksheet } = useParts();
  const fail = (error: unknown) => worksheet.notices.show(errorText(error));
  if (asked.kind === "create") {
    const create = (name: string) => void files.create(name).then((made) => go(`/w/${socket.workspace}/${made.id}`), fail);
    return <Ask title={asked.title} label={fileWords.worksheetName} action={asked.title} onAnswer={create} onClose={onClose} />;
  }
  const { entry } = asked;
  if (asked.kind === "rename") {
    const rename = (name: string) => void files.rename(entry.id, name).catch(fail);
    return <Ask title={fileWords.renameWorksheet} label={fileWords.worksheetName} action={strings.rename} value={nameOf(entry.path)} onAnswer={rename} onClose={onClose} />;
  }
  const remove = () => void files.remove(entry.id).then(() => entry.id === worksheet.id && go(`/w/${socket.workspace}`), fail);
  return <Confirm danger text={fileWords.deleteWorksheet(nameOf(entry.path))} action={strings.remove} onYes={remove} onClose={onClose} />;
}
