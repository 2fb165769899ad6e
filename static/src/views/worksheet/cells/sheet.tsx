/** The sheet itself: title, cells, and a place to go on below. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { strings } from "../../../strings";
import { nameOf } from "../../../document/paths";
import { useParts } from "../../../workbench/parts";
import { EditableLine } from "./editable-line";
import { useKeepInSight } from "./keep-in-sight";
import { Nodes } from "./section";
import { words } from "../strings";

export function Sheet(): JSX.Element {
  const { socket, worksheet } = useParts();
  if (worksheet.loaded.value) return <Article />;
  const problem = worksheet.problem.value ?? (socket.state.value.phase === "stopped" ? words.notOpened : null);
  if (problem === null) return <p class="wait">{strings.loading}</p>;
  return (
    <div class="empty" role="alert" data-testid="nothing">
      <p>{problem}</p>
      <a class="btn" href="/workspaces">{strings.commands.workspaces}</a>
    </div>
  );
}

function Article(): JSX.Element {
  const { worksheet, focus, actions } = useParts();
  const article = useRef<HTMLElement>(null);
  useKeepInSight(article);
  const below = (event: MouseEvent) => {
    if (event.target === event.currentTarget && worksheet.sheet.cells.value.length === 0) actions.insert("code", {});
    else if (event.target === event.currentTarget) focus.select(focus.active.value);
  };
  return (
    <article ref={article} class="doc" data-testid="sheet" onClick={below}>
      <Title />
      <Nodes nodes={worksheet.tree.value} />
    </article>
  );
}

function Title(): JSX.Element {
  const { worksheet } = useParts();
  const [editing, setEditing] = useState(false);
  const fallback = nameOf(worksheet.path.value) || strings.untitled;
  const title = worksheet.sheet.title.value;
  if (!worksheet.mayEdit.value) return <h1 class="t1" data-testid="title">{title || fallback}</h1>;
  return (
    <h1 class="t1" data-testid="title">
      <EditableLine
        value={title}
        editing={editing}
        button={words.editTitle(title || fallback)}
        label={words.titleLabel}
        placeholder={fallback}
        onEdit={() => setEditing(true)}
        onChange={(text) => worksheet.sheet.setTitle(text)}
        onDone={() => setEditing(false)}
      />
    </h1>
  );
}
