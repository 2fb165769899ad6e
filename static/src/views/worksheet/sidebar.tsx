/** The sidebar: the outline with the state of each section, and the worksheets of the workspace. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SectionNode } from "../../document/outline";
import type { DocumentEntry } from "../../net/messages";
import { nameOf } from "../../document/paths";
import { plainTitle } from "../../prose/plain-title";
import { strings } from "../../strings";
import { IconButton } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { OnDemand } from "../../workbench/on-demand";
import { useParts } from "../../workbench/parts";
import { useRolled } from "./cells/section";
import type { Asked } from "./files/dialogs";
import { words } from "./strings";

export function Sidebar(): JSX.Element {
  const { panels, worksheet } = useParts();
  const sections = worksheet.sections.value;
  return (
    <nav class="side" aria-label={words.outlineAndFiles} data-testid="sidebar">
      <span class="small-only outline-close">
        <IconButton icon="close" label={strings.close} onClick={() => (panels.over.value = null)} testId="outline-close" />
      </span>
      <h2>{words.outline}</h2>
      {sections.length === 0 && <p class="faint none">{words.outlineEmpty}</p>}
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
  const on = useComputed(() => (focus.inSight.value ?? focus.active.value) === node.section.id).value;
  const jump = () => {
    for (const outer of worksheet.sections.value) {
      const inside = outer.section.id !== node.section.id && node.number.startsWith(`${outer.number}.`);
      if (inside && outer.section.folded) worksheet.sheet.setFlag(outer.section.id, "folded", false);
    }
    panels.over.value = null;
    focus.select(node.section.id);
    document.querySelector(`[data-cell-id="${node.section.id}"]`)?.scrollIntoView({ block: "start" });
  };
  return (
    <li class={`level-${Math.min(node.level, 3)}`}>
      <button type="button" class={on ? "on" : ""} onClick={jump} data-testid="outline-row">
        <span class="num">{node.number}</span>
        <span class="name">{plainTitle(node.section.heading) || strings.sectionHint}</span>
        {state !== "idle" && state !== "done" && (
          <i class={`dot ${state === "error" ? "err" : "run"}`} role="img" aria-label={words.state[state]} />
        )}
      </button>
    </li>
  );
}

const menu = { load: () => import("./later").then((module) => module.FileMenu) };
const dialogs = { load: () => import("./files/dialogs").then((module) => module.FileDialogs) };

function Files(): JSX.Element {
  const { files, panels, worksheet } = useParts();
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <h2>
        {words.files}
        {worksheet.mayEdit.value && (
          <>
            <IconButton icon="share" label={strings.commands.importFile} onClick={() => panels.show("importFile")} testId="import" />
            <IconButton icon="plus" label={words.newWorksheet} onClick={() => setAsked({ kind: "create", title: words.newWorksheet })} testId="new-worksheet" />
          </>
        )}
      </h2>
      <ul>
        {files.documents.value.map((entry) => (
          <FileRow key={entry.id} entry={entry} onAsk={(kind) => setAsked({ kind, entry })} />
        ))}
      </ul>
      {asked !== null && <OnDemand of={dialogs} props={{ asked, onClose: close }} />}
    </>
  );
}

function FileRow({ entry, onAsk }: { entry: DocumentEntry; onAsk: (kind: "rename" | "remove") => void }): JSX.Element {
  const { socket, worksheet } = useParts();
  const on = entry.id === worksheet.id;
  const name = nameOf(entry.path);
  const title = plainTitle(on ? worksheet.sheet.title.value : entry.title) || name;
  return (
    <li class="file">
      <a class={on ? "on" : ""} title={entry.path} href={`/w/${socket.workspace}/${entry.id}`} aria-current={on ? "page" : undefined} data-testid="file">
        <Icon name="sigma" />
        <span class="name">
          {title}
          {title !== name && <small>{name}</small>}
        </span>
      </a>
      {worksheet.mayEdit.value && <OnDemand of={menu} props={{ entry, onAsk }} />}
    </li>
  );
}
