/** The questions that belong to the sidebar's worksheets: a new one's name, another name, whether to delete. */

import "../../../common";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { DocumentEntry } from "../../../net/messages";
import { kindOf, nameOf } from "../../../document/paths";
import { go } from "../../../router";
import { strings } from "../../../strings";
import { errorText } from "../../../ui/basics";
import { Ask, Confirm, Dialog } from "../../../ui/dialogs";
import type { PanelProps } from "../../../workbench/panels";
import { useParts } from "../../../workbench/parts";
import { fileWords } from "./strings";

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

/** The open worksheet's title, which people read, and the name of its file, which follows the title unless it was chosen. */
export function RenameThis({ onClose }: PanelProps): JSX.Element {
  const { files, worksheet } = useParts();
  const kind = kindOf(worksheet.path.value);
  const before = { title: worksheet.sheet.title.value, name: nameOf(worksheet.path.value).replace(kind, "") };
  const [title, setTitle] = useState(before.title);
  const [name, setName] = useState(before.name);
  const [follows, setFollows] = useState(isGiven(before.name) || before.name === fileName(before.title));
  const [titleId, nameId] = [useId(), useId()];
  const write = (text: string) => {
    setTitle(text);
    if (follows) setName(fileName(text) || before.name);
  };
  const keep = (event: Event) => {
    event.preventDefault();
    if (title.trim() !== before.title) worksheet.sheet.setTitle(title.trim());
    const wanted = name.trim();
    const folder = worksheet.path.value.replace(/[^/]*$/, "");
    if (wanted !== "" && wanted !== before.name) {
      void files.rename(worksheet.id, folder + wanted).catch((error: unknown) => worksheet.notices.show(errorText(error)));
    }
    onClose();
  };
  return (
    <Dialog label={fileWords.renameWorksheet} onClose={onClose}>
      <form onSubmit={keep}>
        <h2>{fileWords.renameWorksheet}</h2>
        <label for={titleId}>{fileWords.title}</label>
        <input id={titleId} class="field" data-testid="rename-title" autofocus value={title} maxLength={300} onInput={(event) => write(event.currentTarget.value)} onFocus={(event) => event.currentTarget.select()} />
        <label for={nameId}>{fileWords.fileName}</label>
        <span class="field suffixed">
          <input
            id={nameId}
            data-testid="rename-file"
            value={name}
            maxLength={150}
            onInput={(event) => {
              setFollows(false);
              setName(event.currentTarget.value);
            }}
          />
          <span class="muted">{kind}</span>
        </span>
        <p class="muted">{fileWords.whatNamesAre}</p>
        <div class="buttons">
          <button type="button" class="btn" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="btn p" data-testid="rename-ok">
            {strings.rename}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A name that nobody has chosen: a new workspace's only worksheet has it. */
function isGiven(name: string): boolean {
  return /^worksheet(-\d+)?$/.test(name);
}

/** A title as the name of a file: letters and digits of any script, the rest as dashes. */
export function fileName(title: string): string {
  return title.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60).replace(/^-+|-+$/g, "");
}
