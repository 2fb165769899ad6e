/** Where one is: the workspace and the worksheet. Whoever may, names the one in place and the other in its dialog. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { nameOf } from "../../document/paths";
import { plainTitle } from "../../prose/plain-title";
import { useParts } from "../../workbench/parts";
import { nameWorkspace } from "./cells/naming";
import { words } from "./later-strings";

export function Crumb(): JSX.Element {
  const { panels, socket, worksheet } = useParts();
  const path = worksheet.path.value;
  const title = plainTitle(worksheet.sheet.title.value) || nameOf(path);
  const name = socket.welcome.value?.workspace.name ?? "";
  return (
    <>
      {socket.welcome.value?.role === "owner" ? <WorkspaceName name={name} /> : <span class="ws muted">{plainTitle(name)}</span>}
      <span class="faint">/</span>
      {worksheet.mayEdit.value ? (
        <button type="button" class="here" title={words.renameFile(path)} data-testid="crumb-worksheet" onClick={() => panels.show("renameWorksheet")}>
          {title}
        </button>
      ) : (
        <span class="here" title={path}>{title}</span>
      )}
    </>
  );
}

/** A name that a click or Enter turns into a field; Enter keeps what is written there, Escape what was there before. */
function WorkspaceName({ name }: { name: string }): JSX.Element {
  const { socket, worksheet } = useParts();
  const [text, setText] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const byKey = useRef(false);
  const editing = text !== null;
  useEffect(() => {
    if (editing) field.current?.select();
    else if (byKey.current) button.current?.focus();
    byKey.current = false;
  }, [editing]);
  const end = (keep: boolean) => {
    const wanted = text?.trim() ?? "";
    setText(null);
    if (keep && wanted !== "" && wanted !== name) void nameWorkspace(socket, worksheet, wanted);
  };
  if (text === null) {
    return (
      <button ref={button} type="button" class="ws muted" title={words.renameWorkspace} data-testid="crumb-workspace" onClick={() => setText(name)}>
        {plainTitle(name)}
      </button>
    );
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    byKey.current = true;
    end(event.key === "Enter");
  };
  return (
    <input
      ref={field}
      class="ws"
      autofocus
      aria-label={words.nameOfWorkspace}
      data-testid="crumb-field"
      value={text}
      maxLength={200}
      size={Math.max(12, text.length)}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={keys}
      onBlur={() => byKey.current || end(true)}
    />
  );
}
