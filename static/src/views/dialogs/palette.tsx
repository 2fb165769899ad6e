/** The palette: every command, every section, every worksheet, by a few letters. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { nameOf } from "../../document/paths";
import { go } from "../../router";
import { keyLabel } from "../../workbench/keys";
import { strings } from "../../strings";
import { Dialog } from "../../ui/dialogs";
import { Icon } from "../../ui/icons";
import type { PanelProps } from "../../workbench/panels";
import { useParts, type Parts } from "../../workbench/parts";
import { words } from "./strings";

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly run: () => void;
}

function entriesOf({ commands, files, focus, socket, worksheet }: Parts): Entry[] {
  const named = commands
    .filter((command) => command.id !== "palette")
    .map((command) => ({ ...command, note: keyLabel(command.bindings[0]?.keys ?? "") }));
  const sections = worksheet.sections.value.map((node) => ({
    id: node.section.id,
    title: node.section.heading || strings.sectionHint,
    note: node.number,
    run: () => focus.select(node.section.id),
  }));
  const others = files.documents.value
    .filter((entry) => entry.id !== worksheet.id)
    .map((entry) => ({ id: entry.id, title: nameOf(entry.path), note: "", run: () => go(`/w/${socket.workspace}/${entry.id}`) }));
  return [...named, ...sections, ...others];
}

/** Entries whose title holds all the words, those that begin with them first. */
export function matching<Item extends { title: string }>(entries: readonly Item[], text: string): Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = entries.filter((entry) => words.every((word) => entry.title.toLowerCase().includes(word)));
  const first = words[0] ?? "";
  const begins = (entry: Item) => (entry.title.toLowerCase().startsWith(first) ? 0 : 1);
  return fits.sort((one, other) => begins(one) - begins(other));
}

export function Palette({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(entriesOf(parts), text).slice(0, 50);
  const chosen = useRef<Entry | undefined>(undefined);
  // Once the dialog is out of the page: until then nothing outside of it can take the keyboard, as an editor would.
  useEffect(() => () => chosen.current && queueMicrotask(chosen.current.run), []);
  const choose = (entry: Entry | undefined) => {
    chosen.current = entry;
    onClose();
  };
  const keys = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) setAt((at + by + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter") choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={words.palette} class="palette" onClose={onClose}>
      <label class="find">
        <Icon name="search" />
        <input
          autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found[at] === undefined ? undefined : `palette-${at}`}
          aria-label={words.palette}
          placeholder={words.palette}
          data-testid="palette-input"
          value={text}
          onKeyDown={keys}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
        />
      </label>
      <ul id="palette-list" role="listbox" aria-label={words.palette}>
        {found.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: "nearest" });
            }}
            onMouseMove={() => index !== at && setAt(index)}
            onClick={() => choose(entry)}
          >
            <span>{entry.title}</span>
            {entry.note && <kbd>{entry.note}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="none muted">{words.nothingFound}</p>}
    </Dialog>
  );
}
