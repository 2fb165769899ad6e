/** The sidebar: the outline with the state of each section, and the worksheets of the workspace. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SectionNode } from "../model/outline";
import { nameOf } from "../model/paths";
import { go } from "../router";
import { strings } from "../strings";
import { Ask, errorText, IconButton } from "../view/basics";
import { Icon } from "../view/icons";
import { useParts } from "./context";
import { useRolled } from "./section";

export function Sidebar(): JSX.Element {
  const { worksheet } = useParts();
  const sections = worksheet.sections.value;
  return (
    <nav class="side" aria-label={strings.outlineAndFiles} data-testid="sidebar">
      <h2>{strings.outline}</h2>
      {sections.length === 0 && <p class="faint none">{strings.outlineEmpty}</p>}
      <ul>
        {sections.map((node) => (
          <OutlineRow key={node.section.id} node={node} />
        ))}
      </ul>
      <Files />
    </nav>
  );
}

function OutlineRow({ node }: { node: SectionNode }): JSX.Element {
  const { focus, panels, worksheet } = useParts();
  const state = useRolled(node);
  const on = focus.active.value === node.section.id;
  const jump = () => {
    for (const outer of worksheet.sections.value) {
      const inside = outer.section.id !== node.section.id && node.number.startsWith(`${outer.number}.`);
      if (inside && outer.section.folded) worksheet.sheet.setFlag(outer.section.id, "folded", false);
    }
    panels.close();
    focus.select(node.section.id);
    document.querySelector(`[data-cell-id="${node.section.id}"]`)?.scrollIntoView({ block: "start" });
  };
  return (
    <li class={`level-${Math.min(node.level, 3)}`}>
      <button type="button" class={on ? "on" : ""} onClick={jump} data-testid="outline-row">
        <span class="num">{node.number}</span>
        <span class="name">{node.section.heading || strings.sectionHint}</span>
        {state !== "idle" && state !== "done" && (
          <i class={`dot ${state === "error" ? "err" : "run"}`} role="img" aria-label={strings.state[state]} />
        )}
      </button>
    </li>
  );
}

function Files(): JSX.Element {
  const { files, socket, worksheet } = useParts();
  const [asking, setAsking] = useState(false);
  const create = (name: string) =>
    void files.create(name).then(
      (made) => go(`/w/${socket.workspace}/${made.id}`),
      (error: unknown) => (worksheet.notice.value = errorText(error)),
    );
  return (
    <>
      <h2>
        {strings.files}
        {worksheet.mayEdit.value && <IconButton icon="plus" label={strings.newWorksheet} onClick={() => setAsking(true)} testId="new-worksheet" />}
      </h2>
      <ul>
        {files.documents.value.map((entry) => (
          <li key={entry.id}>
            <a class={entry.id === worksheet.id ? "on" : ""} href={`/w/${socket.workspace}/${entry.id}`} aria-current={entry.id === worksheet.id ? "page" : undefined} data-testid="file">
              <Icon name="sigma" />
              <span class="name">{nameOf(entry.path)}</span>
            </a>
          </li>
        ))}
      </ul>
      {asking && <Ask title={strings.newWorksheet} label={strings.worksheetName} action={strings.newWorksheet} onAnswer={create} onClose={() => setAsking(false)} />}
    </>
  );
}
