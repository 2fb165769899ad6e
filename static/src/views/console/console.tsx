/** The command line: what is around the transcript, and the search through what was typed. */

import "../../common";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { searched } from "./past";
import { Prompt } from "./prompt";
import { words } from "./strings";

/** As many as fit above the line. */
const MOST = 8;

export function Console({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  const prompt = useMemo(() => new Prompt(parts), [parts]);
  const searches = useSignal(false);
  useEffect(() => {
    const page = document.querySelector<HTMLElement>(".sheet-page");
    page?.style.setProperty("--prompt", JSON.stringify(parts.worksheet.sheet.flavour.peek() === "sage" ? "sage:" : ">>>"));
    prompt.begin();
    parts.panels.keys = (name, event) => {
      if (name === "Ctrl-r") return (searches.value = true);
      return prompt.press(name, event);
    };
    return () => {
      parts.panels.keys = null;
      page?.style.removeProperty("--prompt");
    };
  }, [prompt]);
  const take = (text: string | null) => {
    searches.value = false;
    if (text !== null) prompt.put(text);
    else parts.focus.again();
  };
  return (
    <div class="console" role="group" aria-label={words.bar} data-testid="console">
      {searches.value ? <Search past={prompt.past} onTake={take} /> : <p class="muted">{words.hint}</p>}
      <IconButton icon="close" label={words.end} testId="end-console" onClick={onClose} />
    </div>
  );
}

function Search({ past, onTake }: { past: readonly string[]; onTake: (text: string | null) => void }): JSX.Element {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = searched(past, text, MOST);
  const keys = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (by !== 0) setAt((at + by + found.length) % Math.max(found.length, 1));
    else if (event.key === "Enter") onTake(found[at] ?? null);
    else if (event.key === "Escape") onTake(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="past">
      <ul id="past-list" role="listbox" aria-label={words.search}>
        {[...found.entries()].reverse().map(([index, each]) => (
          <li key={each} id={`past-${index}`} role="option" aria-selected={index === at} onMouseDown={(event) => event.preventDefault()} onClick={() => onTake(each)}>
            {each}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="none muted">{words.nothing}</p>}
      <input
        class="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="past-list"
        aria-activedescendant={found[at] === undefined ? undefined : `past-${at}`}
        aria-label={words.search}
        placeholder={words.search}
        data-testid="past-input"
        ref={(field) => field?.focus()}
        value={text}
        onKeyDown={keys}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
      />
    </div>
  );
}
