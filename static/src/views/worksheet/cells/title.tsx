/** The title of the worksheet. In a workspace that was just made it is asked for, and names the workspace too. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { nameOf } from "../../../document/paths";
import { plainTitle } from "../../../prose/plain-title";
import { strings } from "../../../strings";
import { useParts } from "../../../workbench/parts";
import { words } from "../strings";
import { EditableLine, Line } from "./editable-line";

export function Title(): JSX.Element {
  const { worksheet, focus } = useParts();
  const [editing, setEditing] = useState(false);
  const fallback = nameOf(worksheet.path.value) || strings.untitled;
  const title = worksheet.sheet.title.value;
  const shown = plainTitle(title) || fallback;
  if (!worksheet.mayEdit.value) return <h1 class="t1" data-testid="title"><Line text={title} placeholder={fallback} /></h1>;
  return (
    <h1 class="t1" data-testid="title">
      {focus.naming.value ? (
        <FirstName />
      ) : (
        <EditableLine
          value={title}
          editing={editing}
          button={words.editTitle(shown)}
          label={words.titleLabel}
          placeholder={fallback}
          onEdit={() => setEditing(true)}
          onChange={(text) => worksheet.sheet.setTitle(text)}
          onDone={() => setEditing(false)}
        />
      )}
    </h1>
  );
}

/** The name that a new workspace has until it gets one, chosen, so that typing replaces it. */
function FirstName(): JSX.Element {
  const { worksheet, focus, socket } = useParts();
  const given = socket.welcome.value?.workspace.name ?? "";
  const [name, setName] = useState(given);
  const write = () => {
    focus.naming.value = false;
    const first = worksheet.sheet.cells.value.find((cell) => cell.type === "code");
    if (first !== undefined) focus.edit(first.id, "end");
  };
  const keep = () => {
    const wanted = name.trim();
    if (wanted === "" || wanted === given) return;
    worksheet.sheet.setTitle(wanted);
    void import("../later").then(({ nameWorkspace }) => nameWorkspace(socket, worksheet, wanted));
  };
  return (
    <EditableLine
      value={name}
      editing
      button={words.editTitle(given)}
      label={words.nameWorkspace}
      placeholder={given}
      onEdit={() => undefined}
      onChange={setName}
      onCancel={write}
      onDone={(again) => {
        keep();
        if (again) write();
        else focus.naming.value = false;
      }}
    />
  );
}
