/** What is put in the place of what is found, in one place or in all. */

import type { JSX, RefObject } from "preact";
import { useState } from "preact/hooks";
import { useParts } from "../../workbench/parts";
import type { Hit, Query } from "./query";
import { replaceAll, replaceOne, type Replaced } from "./replacing";
import { TooLong } from "./seek";
import { words } from "./strings";
import type { Found } from "./use-hits";

interface Props {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly query: Query;
  readonly found: Found;
  readonly current: Hit | null;
  /** Something was replaced: in all places, or in one, behind the end of which one goes on. */
  onReplaced(end: Replaced["end"]): void;
  /** There is no place that one is at: go to the first. */
  onNext(): void;
}

let last = "";

export function ReplaceRow({ field, query, found, current, onReplaced, onNext }: Props): JSX.Element {
  const parts = useParts();
  const [text, setText] = useState(last);
  const [said, setSaid] = useState("");
  const [undoable, setUndoable] = useState(false);
  const count = found.hits.filter((hit) => hit.part === "source").length;
  const act = (work: Promise<Replaced>, one: boolean) =>
    work.then(
      (result) => {
        setSaid(sentence(result));
        setUndoable(!one && result.places > 0);
        parts.worksheet.notices.announce(sentence(result));
        onReplaced(one ? result.end : null);
      },
      (error: unknown) => setSaid(error instanceof TooLong ? words.tooLong : words.tooMuch),
    );
  const one = () => {
    const cell = found.searched.get(current?.cell ?? "");
    if (current === null || cell === undefined) return onNext();
    if (current.part === "output") return setSaid(words.onlyOutput);
    return void act(replaceOne(parts, cell, current, query, text), true);
  };
  const all = () => count > 0 && void act(replaceAll(parts, [...found.searched.values()], query, text), false);
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.altKey && (event.ctrlKey || event.metaKey)) all();
    else one();
  };
  const undo = () => {
    parts.actions.undo();
    setUndoable(false);
    setSaid("");
    onReplaced(null);
    field.current?.focus();
  };
  return (
    <>
      <div class="row">
        <input
          ref={field}
          class="field"
          aria-label={words.replaceBy}
          placeholder={words.replaceBy}
          title={query.pattern ? words.groups : undefined}
          data-testid="replace-input"
          value={text}
          onKeyDown={keys}
          onInput={(event) => setText((last = event.currentTarget.value))}
        />
        <button type="button" class="btn" title={words.replaceOneTitle} data-testid="replace-one" onClick={one}>
          {words.replaceOne}
        </button>
        <button type="button" class="btn" title={words.replaceAllTitle} aria-disabled={count === 0} data-testid="replace-all" onClick={all}>
          {words.replaceAll(count)}
        </button>
      </div>
      <p class="said muted" role="status" data-testid="replaced">
        <span>{said}</span>
        {undoable && (
          <button type="button" class="btn" data-testid="replace-undo" onClick={undo}>
            {words.undo}
          </button>
        )}
      </p>
    </>
  );
}

function sentence({ places, cells, kept, long, moved }: Replaced): string {
  return [words.replaced(places, cells), kept > 0 ? words.kept(kept) : "", long > 0 ? words.long(long) : "", moved > 0 ? words.moved(moved) : ""].filter(Boolean).join(" ");
}
