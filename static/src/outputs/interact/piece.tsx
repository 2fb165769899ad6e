/** Where an interact stands in the output of its cell: its controls around the area that it writes into. */

import "../../common";
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CellInfo } from "../../document/outline";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { OnDemand } from "../../workbench/on-demand";
import { useParts } from "../../workbench/parts";
import { numberOf } from "../kinds";
import type { Standing } from "../kinds/channel";
import { Area } from "../area";
import { PlaceContext } from "../place";
import { Interact } from "./interact";
import { comesAnew, followed, interactsOf, isLive } from "./known";
import { fragmentOf, valuesIn, type Target } from "./link";
import { Panel } from "./panel";
import { rootOf } from "./state";
import { words } from "./strings";

/** Widgets, of which most worksheets have none. */
const tree = { load: () => import("../widgets/tree").then((module) => module.TreePanel) };

interface Props {
  item: Standing;
}

export function InteractPiece({ item }: Props): JSX.Element {
  const { cell, run } = useContext(PlaceContext);
  // What is shown of a run that is about to be repeated is still of the one before.
  const known = useRef<string | null>(null);
  if (run !== null && (known.current === null || run.channels?.some(({ channel }) => channel === item.channel))) known.current = run.run;
  const isOpen = run?.channels?.some(({ channel }) => channel === item.channel) === true;
  // Of a tree that its session has closed, the piece has the last state.
  const isClosed = !isOpen && run?.run === known.current && rootOf(item.body["layout"]) !== null;
  if (cell === null || known.current === null || isClosed) return <Kept item={item} />;
  return <Living key={`${known.current} ${item.channel}`} item={item} cell={cell} run={known.current} />;
}

/** What controls showed when a version was made. */
function Kept({ item }: Props): JSX.Element {
  const interact = useMemo(() => {
    const made = new Interact({ send: () => false, connection: () => "" });
    made.hear(item.body);
    return made;
  }, [item.body]);
  const nothing = () => undefined;
  const frame = { interact, label: words.keptControls, locked: "", onEnter: nothing, onEscape: nothing, onLost: nothing };
  const area = numberOf(item.body["area"]);
  if (interact.root.value !== null) return <OnDemand of={tree} props={{ ...frame, area }} />;
  return (
    <Panel {...frame}>
      <Area area={area} />
    </Panel>
  );
}

function Living({ item, cell, run }: Props & { cell: CellInfo; run: string }): JSX.Element {
  const { focus, worksheet } = useParts();
  const { channel } = item;
  const { interact, stop } = useMemo(() => followed(worksheet, cell.id, run, channel), []);
  useEffect(() => stop, []);
  const locked = useLocked(cell.id, run, channel);
  const area = useRef(numberOf(item.body["area"]));
  const body = useComputed(() => interactsOf(worksheet.runs.results.value.get(cell.id)).find((each) => each.channel === channel)?.body).value;
  if (body !== undefined) area.current = numberOf(body["area"]);
  const enter = () => {
    focus.activate(cell.id);
    if (focus.mode.peek() === "lost") focus.mode.value = "command";
  };
  const target = () => {
    const all = interactsOf(worksheet.runs.results.peek().get(cell.id)).map((each) => each.channel);
    return { cell: cell.id, place: 1 + Math.max(0, all.indexOf(channel)) };
  };
  const frame = {
    interact,
    label: words.controls(cell.number),
    locked,
    onEnter: enter,
    onEscape: () => focus.select(cell.id),
    onLost: () => focus.lose(cell.id),
  };
  if (interact.root.value !== null) return <OnDemand of={tree} props={{ ...frame, area: area.current }} />;
  return (
    <Panel
      {...frame}
      menu={<More interact={interact} target={target} mayMove={locked === null} />}
      notes={<Brought interact={interact} target={target} mayMove={locked === null} />}
    >
      <Area area={area.current} />
    </Panel>
  );
}

/** Why nothing can be moved: "" where that shows by itself, null where it can. */
function useLocked(cell: string, run: string, channel: number): JSX.Element | string | null {
  const { worksheet } = useParts();
  const live = useComputed(() => isLive(worksheet.runs.results.value.get(cell), run, channel)).value;
  const anew = useComputed(() => comesAnew(worksheet.runs.results.value.get(cell))).value;
  if (!worksheet.mayRun.value) return words.forRunners;
  if (live) return null;
  if (anew) return "";
  return (
    <>
      {words.runFirst}
      <button type="button" class="quiet" onClick={() => worksheet.run([cell])}>
        {words.run}
      </button>
    </>
  );
}

interface Shared {
  interact: Interact;
  target: () => Target;
  mayMove: boolean;
}

function More({ interact, target, mayMove }: Shared): JSX.Element {
  const { worksheet } = useParts();
  const copy = () => {
    const fragment = fragmentOf(target(), interact.controls.peek(), interact.values.peek());
    const say = (text: string) => worksheet.notices.show(text);
    if (fragment === null) return say(words.tooLongForLink);
    const address = `${location.origin}${location.pathname}${fragment}`;
    navigator.clipboard.writeText(address).then(() => say(words.linkCopied), () => say(words.linkNotCopied));
  };
  const moves = mayMove
    ? [
        { label: words.undo, hint: words.keys.undo, run: () => void interact.undo() },
        { label: words.redo, hint: words.keys.redo, run: () => void interact.redo() },
      ]
    : [];
  return (
    <span class="corner">
      <Menu label={words.more} entries={[...moves, { label: words.copyLink, run: copy }]} button={<Icon name="more" />} testId="interact-menu" />
    </span>
  );
}

/** What a link brought: nothing of it is used before somebody says so. */
function Brought({ interact, target, mayMove }: Shared): JSX.Element | null {
  const [fragment, setFragment] = useState(location.hash);
  const root = useRef<HTMLParagraphElement>(null);
  const values = fragment === "" ? new Map() : valuesIn(fragment, target(), interact.controls.value);
  const isThere = values.size > 0;
  useEffect(() => root.current?.scrollIntoView({ block: "center" }), [isThere]);
  if (!isThere) return null;
  const done = () => {
    history.replaceState(history.state, "", location.pathname);
    setFragment("");
  };
  const use = () => {
    if (interact.setAll(values) && !interact.auto.peek()) interact.update();
    done();
  };
  return (
    <p ref={root} class="brings" data-testid="interact-brings">
      {words.fromLink}
      <button type="button" class="quiet" disabled={!mayMove} onClick={use}>
        {words.useLink}
      </button>
      <button type="button" class="quiet" onClick={done}>
        {words.ignoreLink}
      </button>
    </p>
  );
}
