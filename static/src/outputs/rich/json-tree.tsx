/** JSON as a tree: what is folded away, and what lies beyond the first of many, is not in the page. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Json } from "../../net/messages";
import { words } from "./strings";

const AT_ONCE = 100;
const LONG = 300;
/** What is open at first: so deep, and only where there are few. */
const OPEN_DEPTH = 2;
const OPEN_SIZE = 12;

export function JsonTree({ value, metadata }: { value: Json; metadata: Readonly<Record<string, Json>> }): JSX.Element {
  const root = typeof metadata["root"] === "string" && metadata["root"] !== "root" ? metadata["root"] : null;
  return (
    <div class="tree" data-testid="json">
      <Node name={root} value={value} depth={0} open={metadata["expanded"] === true || undefined} />
    </div>
  );
}

/** What a folded branch says of itself. */
export function summaryOf(value: Json): string {
  if (Array.isArray(value)) return `[ ] ${words.items(value.length)}`;
  const names = Object.keys(value as Record<string, Json>);
  const shown = names.slice(0, 4).map((name) => (name.length > 20 ? `${name.slice(0, 19)}…` : name));
  return names.length === 0 ? "{ }" : `{ ${shown.join(", ")}${names.length > 4 ? ", …" : ""} }`;
}

function Node({ name, value, depth, open }: { name: string | null; value: Json; depth: number; open?: boolean | undefined }): JSX.Element {
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  if (Object.keys(value).length === 0) return <Leaf name={name} value={value} />;
  return <Branch name={name} value={value} depth={depth} open={open} />;
}

function Branch({ name, value, depth, open }: { name: string | null; value: Json[] | Record<string, Json>; depth: number; open: boolean | undefined }): JSX.Element {
  const entries = Array.isArray(value) ? value.map((each, index) => [String(index), each] as const) : Object.entries(value);
  const few = depth === 0 || (depth < OPEN_DEPTH && entries.length <= OPEN_SIZE);
  const [unfolded, setUnfolded] = useState(open ?? few);
  const [shown, setShown] = useState(AT_ONCE);
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    event.stopPropagation();
    setUnfolded(event.key === "ArrowRight");
  };
  return (
    <details open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary onKeyDown={keys}>
        {name !== null && <span class="name">{name}: </span>}
        <span class="told">{summaryOf(value)}</span>
      </summary>
      {unfolded && (
        <ul>
          {entries.slice(0, shown).map(([key, each]) => (
            <li key={key}>
              <Node name={key} value={each} depth={depth + 1} open={open} />
            </li>
          ))}
          {entries.length > shown && (
            <li>
              <button type="button" class="quiet" onClick={() => setShown(shown + AT_ONCE)}>
                {words.more(Math.min(AT_ONCE, entries.length - shown))}
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  );
}

function Leaf({ name, value }: { name: string | null; value: Json }): JSX.Element {
  const [whole, setWhole] = useState(false);
  const text = JSON.stringify(value);
  const cut = text.length > LONG && !whole;
  return (
    <div class="leaf">
      {name !== null && <span class="name">{name}: </span>}
      <span class={typeof value === "string" ? "text" : typeof value === "number" ? "number" : "word"}>{cut ? `${text.slice(0, LONG)}…` : text}</span>
      {cut && (
        <button type="button" class="quiet" onClick={() => setWhole(true)}>
          {words.whole}
        </button>
      )}
    </div>
  );
}
