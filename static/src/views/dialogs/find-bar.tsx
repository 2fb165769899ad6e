/** Finds a text in the worksheet: Enter goes to the next place, Shift-Enter to the one before, Escape stays where one is. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import { strings } from "../../strings";
import type { PanelProps } from "../../workbench/panels";
import { useParts, type Parts } from "../../workbench/parts";
import { hitsOf, rangesIn, textOfPiece, type Hit } from "./find";
import { words } from "./strings";

/** Cells in which places are marked; in more nobody sees them. */
const MOST_MARKED = 200;
let last = "";

export function FindBar({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  const { focus } = parts;
  const field = useRef<HTMLInputElement>(null);
  const [before] = useState(() => focus.editing.peek());
  const [text, setText] = useState(last);
  const [at, setAt] = useState(-1);
  const moved = useRef(false);
  const hits = hitsIn(parts, text);
  useEffect(() => {
    // An editor that has the keyboard does not give it up for a field that only asks to be the first to get it.
    const take = () => {
      field.current?.focus();
      field.current?.select();
    };
    const press = (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && event.key === "f" && take();
    window.addEventListener("keydown", press, true);
    take();
    return () => {
      window.removeEventListener("keydown", press, true);
      mark([], null, "");
    };
  }, []);
  useEffect(() => {
    last = text;
    mark(hits, hits[at] ?? null, text);
  }, [text, at]);
  const go = (by: -1 | 1) => {
    if (hits.length === 0) return;
    const next = at < 0 && by < 0 ? hits.length - 1 : (at + by + hits.length) % hits.length;
    setAt(next);
    moved.current = true;
    show(parts, hits[next]!, () => mark(hits, hits[next]!, text));
  };
  const close = () => {
    onClose();
    if (!moved.current && before !== null) focus.edit(before, "keep");
    else focus.select(focus.active.peek());
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === "F3") go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const count = text === "" ? "" : hits.length === 0 ? words.notFound : words.found(at + 1, hits.length);
  return (
    <div class="find-bar" role="search" aria-label={words.find} data-testid="find">
      <input
        ref={field}
        class="field"
        autofocus
        aria-label={words.find}
        placeholder={words.find}
        data-testid="find-input"
        value={text}
        onKeyDown={keys}
        onFocus={() => focus.lose(focus.active.peek())}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(-1);
        }}
      />
      <span role="status" class="muted num" data-testid="find-count">{count}</span>
      <button type="button" class="ib" aria-label={words.findPrevious} title={words.findPrevious} data-testid="find-previous" onClick={() => go(-1)}>↑</button>
      <button type="button" class="ib" aria-label={words.findNext} title={words.findNext} data-testid="find-next" onClick={() => go(1)}>↓</button>
      <IconButton icon="close" label={strings.close} onClick={close} testId="find-close" />
    </div>
  );
}

function hitsIn({ worksheet: { sheet, runs } }: Parts, wanted: string): Hit[] {
  const results = runs.results.value;
  const cells = sheet.cells.value.map((cell) => ({
    id: cell.id,
    source: sheet.text(cell.id),
    output: (results.get(cell.id)?.pieces ?? []).map(({ kind, body }) => textOfPiece(kind, body)).join("\n"),
  }));
  return hitsOf(cells, wanted);
}

/** Bring the cell of a hit into sight, with whatever hides it unfolded; the keyboard stays in the field. */
function show({ actions, worksheet }: Parts, hit: Hit, then: () => void): void {
  const cell = worksheet.sheet.cells.peek().find((each) => each.id === hit.cell);
  if (hit.part === "source" && cell?.hideInput) actions.toggle(hit.cell, "hideInput");
  if (hit.part === "output" && cell?.foldOutput) actions.toggle(hit.cell, "foldOutput");
  actions.goTo(hit.cell, true);
  // The cell is in the page one frame after it was unfolded, and in its place behind the next.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      then();
      marked.get(hit)?.startContainer.parentElement?.scrollIntoView({ block: "center" });
    }),
  );
}

/** The places that are marked now. */
let marked: ReadonlyMap<Hit, Range> = new Map();

/** Colour the places that are on the page; browsers without highlights show the cell alone. */
function mark(hits: readonly Hit[], current: Hit | null, wanted: string): void {
  const cells = new Set(hits.map((hit) => hit.cell));
  const ranges = new Map<Hit, Range>();
  for (const id of [...cells].slice(0, MOST_MARKED).concat(current?.cell ?? [])) {
    const cell = document.querySelector(`[data-cell-id="${CSS.escape(id)}"]`);
    const output = cell?.querySelector(":scope > .out") ?? null;
    const places = { source: [] as Range[], output: output === null ? [] : rangesIn(output, wanted) };
    for (const part of cell?.children ?? []) if (part !== output && !part.matches(".tools, .gut")) places.source.push(...rangesIn(part, wanted));
    for (const hit of hits) {
      const range = hit.cell === id ? places[hit.part][hit.nth] : undefined;
      if (range !== undefined) ranges.set(hit, range);
    }
  }
  marked = ranges;
  if (typeof CSS.highlights === "undefined") return;
  CSS.highlights.set("found", new Highlight(...ranges.values()));
  const now = current === null ? undefined : ranges.get(current);
  CSS.highlights.set("found-now", new Highlight(...(now === undefined ? [] : [now])));
}
