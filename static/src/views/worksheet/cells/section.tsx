/** A section: a heading with its number, a fold mark, the state of everything below, and its cells. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { cellsBelow, isSection, rollUp, type CellInfo, type SectionNode, type TreeNode } from "../../../document/outline";
import { plainTitle } from "../../../prose/plain-title";
import { strings } from "../../../strings";
import { Icon } from "../../../ui/icons";
import { CellFrame } from "./cell-frame";
import { CodeCell } from "./code-cell";
import { OnDemand } from "../../../workbench/on-demand";
import { useParts } from "../../../workbench/parts";
import { EditableLine } from "./editable-line";
import { InsertBar } from "./insert-bar";
import { TextCell } from "./text-cell";
import { words } from "../strings";

export function Nodes({ nodes }: { nodes: readonly TreeNode[] }): JSX.Element {
  return (
    <>
      {nodes.map((node) =>
        isSection(node) ? (
          <Section key={node.section.id} node={node} />
        ) : (
          <Slot key={node.id} cell={node} />
        ),
      )}
    </>
  );
}

/** A cell and the place behind it; nothing yet while cells before it have not been shown. */
function Slot({ cell }: { cell: CellInfo }): JSX.Element {
  const { filling } = useParts();
  const shown = useComputed(() => filling.reaches(cell.id)).value;
  return (
    <div class="slot">
      {shown && (
        <>
          {cell.type === "code" ? <CodeCell cell={cell} /> : <TextCell cell={cell} />}
          <InsertBar after={cell.id} />
        </>
      )}
    </div>
  );
}

/** What became of its cells comes right behind the first paint. */
const totals = { load: () => import("../later").then((module) => module.SectionTotals) };

/** The state that a heading shows for its cells. */
export function useRolled(node: SectionNode): string {
  const { worksheet } = useParts();
  return useComputed(() =>
    rollUp(cellsBelow(node).map((cell) => worksheet.runs.results.value.get(cell.id)?.run.state ?? "idle")),
  ).value;
}

/** Pixels that a cell is taken to be high until it has come near the window, for the length of the scroll bar. */
const CELL_HEIGHT = 160;

function Section({ node }: { node: SectionNode }): JSX.Element {
  const { worksheet, actions, focus } = useParts();
  const { section } = node;
  const state = useRolled(node);
  const editing = useComputed(() => focus.editing.value === section.id).value;
  const Heading = `h${Math.min(node.level + 2, 6)}` as "h2";
  const hidden = cellsBelow(node).length - 1;
  return (
    <div class={`sec level-${Math.min(node.level, 3)}`} style={{ containIntrinsicHeight: `auto ${CELL_HEIGHT * (section.folded ? 1 : 1 + hidden)}px` }}>
      <CellFrame cell={section} label={words.sectionCell(node.number, plainTitle(section.heading))} state={state}>
        <Heading class="h">
          <button
            type="button"
            class="tw"
            aria-expanded={!section.folded}
            aria-label={section.folded ? words.unfold : words.fold}
            data-testid="fold"
            onClick={() => actions.toggle(section.id, "folded")}
          >
            <Icon name="chevron" turned={section.folded} />
          </button>
          <span class="num">{node.number}</span>
          <EditableLine
            value={section.heading}
            editing={editing}
            label={strings.sectionHint}
            placeholder={strings.sectionHint}
            // A click chooses the section, as everywhere; one more, as Enter, writes in its heading.
            onEdit={() => (focus.active.value === section.id ? focus.edit : focus.select).call(focus, section.id)}
            onChange={(text) => worksheet.sheet.setText(section.id, text)}
            onDone={(again) => (again ? actions.runAndGoOn() : focus.select(section.id))}
          />
        </Heading>
        {state !== "idle" && <OnDemand of={totals} props={{ node }} />}
      </CellFrame>
      {section.folded ? (
        <button type="button" class="foldbar" onClick={() => actions.toggle(section.id, "folded")}>
          {words.foldedCells(hidden)}
        </button>
      ) : (
        <>
          <InsertBar after={section.id} />
          <Nodes nodes={node.children} />
        </>
      )}
    </div>
  );
}
