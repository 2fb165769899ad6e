/** The sheet itself: title, cells, and a place to go on below. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { strings } from "../../../strings";
import { useParts } from "../../../workbench/parts";
import { useKeepInSight } from "./keep-in-sight";
import { Nodes } from "./section";
import { Title } from "./title";
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
    // What was pressed in a cell may be let go beside it, by a selection that is drawn or a page that moved meanwhile.
    else if (event.target === event.currentTarget && !focus.editing.value) focus.select(focus.active.value);
  };
  return (
    <article ref={article} class="doc" data-testid="sheet" onClick={below}>
      <Title />
      <Nodes nodes={worksheet.tree.value} />
    </article>
  );
}
