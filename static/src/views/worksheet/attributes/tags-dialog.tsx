/** The tags of the chosen cells, and what can be done with all cells of a tag. */

import "../../../common";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { spanOf, type CellInfo } from "../../../document/outline";
import { strings } from "../../../strings";
import { IconButton } from "../../../ui/basics";
import { Dialog } from "../../../ui/dialogs";
import type { PanelProps } from "../../../workbench/panels";
import { useParts, type Bench } from "../../../workbench/parts";
import { words } from "./dialog-strings";

/** The page has them already, in the file that the chips above cells came with. */
const { cellsByTag, chooseTagged, commonTags, tagChanges, typedTags } = await import("../later");

export function TagsDialog({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  const { sheet, mayEdit, mayRun } = parts.worksheet;
  const all = cellsByTag(sheet.cells.value);
  // The list is rendered below what somebody types: it follows each change.
  const [cells] = useState(() => chosenIn(parts));
  const then = (act: () => void) => () => {
    onClose();
    queueMicrotask(act);
  };
  return (
    <Dialog label={words.title} class="dialog tags" onClose={onClose}>
      <div class="hd">
        <h2>{words.title}</h2>
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </div>
      {mayEdit.value && cells.length > 0 && <Field cells={cells} onDone={onClose} />}
      <h3>{words.all}</h3>
      {all.length === 0 && <p class="muted">{words.none}</p>}
      <ul data-testid="all-tags">
        {all.map(([tag, tagged]) => {
          const ids = tagged.map(({ id }) => id);
          const shown = tagged.some((cell) => cell.type === "code" && !cell.hideInput);
          const hide = () => sheet.atOnce(() => tagged.forEach(({ id, type }) => type === "code" && sheet.setFlag(id, "hideInput", shown)));
          return (
            <li key={tag}>
              <b>{tag}</b>
              <span class="muted num">{words.count(ids.length)}</span>
              <Act what={words.choose} tag={tag} onClick={then(() => chooseTagged(parts, tag))} />
              {mayRun.value && <Act what={words.run} tag={tag} onClick={then(() => parts.worksheet.run(withSections(parts, ids)))} />}
              {mayEdit.value && <Act what={shown ? words.hide : words.show} tag={tag} onClick={hide} />}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

function Act({ what, tag, onClick }: { what: string; tag: string; onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="btn" aria-label={words.forTag(what, tag)} onClick={onClick}>
      {what}
    </button>
  );
}

function Field({ cells, onDone }: { cells: readonly CellInfo[]; onDone: () => void }): JSX.Element {
  const { sheet } = useParts().worksheet;
  const [text, setText] = useState(() => commonTags(cells).join(", "));
  const [bad, setBad] = useState(false);
  const id = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const tags = typedTags(text);
    if (tags === null) return setBad(true);
    sheet.atOnce(() => tagChanges(cells, tags).forEach(({ id, flag, on }) => sheet.setFlag(id, flag, on)));
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <label for={id}>{words.label(cells.length)}</label>
      <div class="row">
        <input id={id} class="field" autofocus maxLength={500} placeholder={words.placeholder} value={text} data-testid="tags-input" onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="btn p">{words.save}</button>
      </div>
      <p class={bad ? "problem" : "muted help"} role={bad ? "alert" : undefined}>{bad ? words.bad : words.note}</p>
    </form>
  );
}

function chosenIn({ actions, worksheet }: Bench): CellInfo[] {
  const ids = new Set(actions.span());
  return worksheet.sheet.cells.peek().filter(({ id }) => ids.has(id));
}

/** A section that has a tag runs with everything below it. */
function withSections({ worksheet }: Bench, ids: readonly string[]): string[] {
  const all = worksheet.sheet.cells.value;
  const wanted = new Set(ids.flatMap((id) => spanOf(all, id).map((cell) => cell.id)));
  return all.filter(({ id }) => wanted.has(id)).map(({ id }) => id);
}
