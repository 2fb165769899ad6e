/** Finds a text in the worksheet: Enter goes to the next place, Shift-Enter to the one before, Escape stays where one is. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import { strings } from "../../strings";
import type { PanelProps } from "../../workbench/panels";
import { useParts, type Parts } from "../../workbench/parts";
import { mark, rangeOf } from "./places";
import type { Hit, Query } from "./query";
import { ReplaceRow } from "./replace-row";
import type { Replaced } from "./replacing";
import { words } from "./strings";
import { useHits, type Found } from "./use-hits";

type Switch = "matchCase" | "wholeWord" | "pattern";

/** Kept between two times that the bar is open. */
let last: Query = { text: "", matchCase: false, wholeWord: false, pattern: false };

export const FindBar = ({ onClose }: PanelProps): JSX.Element => <Bar onClose={onClose} replacing={false} />;
export const ReplaceBar = ({ onClose }: PanelProps): JSX.Element => <Bar onClose={onClose} replacing />;

function Bar({ onClose, replacing }: PanelProps & { replacing: boolean }): JSX.Element {
  const parts = useParts();
  const { focus, panels, worksheet } = parts;
  const field = useRef<HTMLInputElement>(null);
  const other = useRef<HTMLInputElement>(null);
  const [before] = useState(() => focus.editing.peek());
  const [chosen] = useState(() => focus.together.peek());
  const [inChosen, setInChosen] = useState(replacing && chosen.length > 0);
  const [query, setQuery] = useState(last);
  const [round, setRound] = useState(0);
  const [at, setAt] = useState(-1);
  const moved = useRef(false);
  const found = useHits(query, inChosen ? chosen : null, round);
  const { hits } = found;
  const current = hits[at] ?? null;
  const look = (changes: Partial<Query>) => {
    last = { ...query, ...changes };
    setQuery(last);
    setAt(-1);
  };
  useKeyboardOf(field, other);
  useEffect(() => mark(hits, current, found.searched), [hits, at]);
  const go = (by: -1 | 1, from = at) => {
    if (hits.length === 0) return;
    const next = from < 0 && by < 0 ? hits.length - 1 : (from + by + hits.length) % hits.length;
    setAt(next);
    moved.current = true;
    show(parts, found, hits[next]!);
  };
  const close = () => {
    onClose();
    if (!moved.current && before !== null) focus.edit(before, "keep");
    else focus.select(focus.active.peek());
  };
  const turn = (name: Switch | "inChosen") => {
    if (name !== "inChosen") look({ [name]: !query[name] });
    else if (chosen.length > 0) {
      setInChosen(!inChosen);
      setAt(-1);
    }
  };
  const keys = (event: KeyboardEvent) => {
    const letter = event.altKey && !event.ctrlKey ? SWITCH_KEYS[event.code] : undefined;
    if (letter !== undefined) turn(letter);
    else if (event.key === "Escape") close();
    else if (event.key === "F3" || (event.key === "Enter" && event.target === field.current)) go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pending = useRef<Replaced["end"]>(null);
  const replaced = (end: Replaced["end"]) => {
    moved.current = true;
    pending.current = end;
    setRound(round + 1);
    if (end === null) setAt(-1);
  };
  useEffect(() => {
    const end = pending.current;
    if (end === null) return;
    pending.current = null;
    go(1, placeBefore(found, end));
  }, [hits]);
  const may = worksheet.mayEdit.value;
  const switches = [["matchCase", "Aa"], ["wholeWord", "W"], ["pattern", ".*"]] as const;
  return (
    <div class="find-bar" role="search" aria-label={words.find} data-testid="find" onKeyDown={keys} onFocusIn={() => focus.lose(focus.active.peek())}>
      <div class="row">
        <input
          ref={field}
          class="field"
          autofocus
          aria-label={words.find}
          placeholder={words.find}
          aria-invalid={found.problem?.kind === "bad"}
          data-testid="find-input"
          value={query.text}
          onInput={(event) => look({ text: event.currentTarget.value })}
        />
        <span class="ways">
          {switches.map(([name, sign]) => (
            <Toggle key={name} name={name} sign={sign} on={query[name]} onClick={() => turn(name)} />
          ))}
          {chosen.length > 0 && <Toggle name="inChosen" sign="≡" on={inChosen} onClick={() => turn("inChosen")} />}
        </span>
        <span role="status" class="muted num" title={found.problem?.reason} data-testid="find-count">{countOf(found, query, at)}</span>
        <button type="button" class="ib" aria-label={words.findPrevious} title={words.findPrevious} data-testid="find-previous" onClick={() => go(-1)}>↑</button>
        <button type="button" class="ib" aria-label={words.findNext} title={words.findNext} data-testid="find-next" onClick={() => go(1)}>↓</button>
        {may && !replacing && (
          <button type="button" class="ib" aria-label={words.showReplace} title={words.showReplace} data-testid="find-replace" onClick={() => panels.show("replace")}>⇄</button>
        )}
        <IconButton icon="close" label={strings.close} onClick={close} testId="find-close" />
      </div>
      {may && replacing && <ReplaceRow field={other} query={query} found={found} current={current} onReplaced={replaced} onNext={() => go(1)} />}
    </div>
  );
}

const SWITCH_KEYS: Readonly<Record<string, Switch | "inChosen">> = { KeyC: "matchCase", KeyW: "wholeWord", KeyR: "pattern", KeyL: "inChosen" };

function Toggle({ name, sign, on, onClick }: { name: Switch | "inChosen"; sign: string; on: boolean; onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="ib" aria-pressed={on} aria-label={words[name]} title={words[name]} data-testid={`find-${name}`} onClick={onClick}>
      {sign}
    </button>
  );
}

function countOf({ hits, problem }: Found, query: Query, at: number): string {
  if (query.text === "") return "";
  if (problem !== null) return problem.kind === "bad" ? words.badPattern : words.tooLong;
  return hits.length === 0 ? words.notFound : words.found(Math.min(at, hits.length - 1) + 1, hits.length);
}

/** Which place comes last before another one in the sheet; -1 if none does. */
function placeBefore({ hits, searched }: Found, { cell, at }: NonNullable<Replaced["end"]>): number {
  const order = [...searched.keys()];
  const here = order.indexOf(cell);
  const isBehind = (hit: Hit) => (hit.cell === cell ? hit.part === "output" || hit.at >= at : order.indexOf(hit.cell) > here);
  const next = hits.findIndex(isBehind);
  return (next < 0 ? hits.length : next) - 1;
}

/** An editor that has the keyboard does not give it up for a field that only asks to be the first to get it. */
function useKeyboardOf(field: { current: HTMLInputElement | null }, other: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const take = (input: HTMLInputElement | null) => {
      input?.focus();
      input?.select();
    };
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.key === "f") take(field.current);
      else if (event.key === "h") take(field.current?.value ? other.current : field.current);
    };
    window.addEventListener("keydown", press, true);
    take(field.current?.value ? (other.current ?? field.current) : field.current);
    return () => {
      window.removeEventListener("keydown", press, true);
      mark([], null, new Map());
    };
  }, []);
}

/** Bring the cell of a hit into sight, with whatever hides it unfolded; the keyboard stays in the field. */
function show({ actions, worksheet }: Parts, found: Found, hit: Hit): void {
  const cell = worksheet.sheet.cells.peek().find((each) => each.id === hit.cell);
  if (hit.part === "source" && cell?.hideInput) actions.toggle(hit.cell, "hideInput");
  if (hit.part === "output" && cell?.foldOutput) actions.toggle(hit.cell, "foldOutput");
  actions.goTo(hit.cell, true);
  // The cell is in the page one frame after it was unfolded, and in its place behind the next.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      mark(found.hits, hit, found.searched);
      rangeOf(hit)?.startContainer.parentElement?.scrollIntoView({ block: "center" });
    }),
  );
}
