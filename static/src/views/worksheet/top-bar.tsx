/** The top bar: where we are, what the session does, and the way to everything else. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { user } from "../../account";
import { strings } from "../../strings";
import { Avatars, IconButton, keepFocus } from "../../ui/basics";
import { Icon, Leaf } from "../../ui/icons";
import { OnDemand } from "../../workbench/on-demand";
import { useParts } from "../../workbench/parts";
import { words } from "./strings";

/** The names come with the first answer of the server, later than this; and nobody opens a menu before. */
const crumb = { load: () => import("./later").then((module) => module.Crumb) };
const account = { load: () => import("./later").then((module) => module.AccountMenu) };
const asked = { load: () => import("./later").then((module) => module.Asks) };
const sheetMenu = { load: () => import("./later").then((module) => module.SheetMenu) };

export function TopBar(): JSX.Element {
  const { panels, socket } = useParts();
  return (
    <header class="top">
      <span class="small-only">
        <IconButton icon="menu" label={words.outlineAndFiles} onClick={() => panels.toggle("outline")} testId="outline-button" />
      </span>
      <a class="home" href="/workspaces" aria-label={strings.workspaces}>
        <Leaf />
      </a>
      <div class="crumb">
        <OnDemand of={crumb} props={{}} />
      </div>
      <SessionChip />
      <span class="sp" />
      <button type="button" class="find" onClick={() => panels.show("palette")} data-testid="palette-button">
        <Icon name="search" />
        <span>{words.find}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <People />
      <button type="button" class="btn q history-button" aria-pressed={panels.beside.value === "history"} onClick={() => panels.toggle("history")} data-testid="history-button">
        <Icon name="history" />
        <span>{strings.history}</span>
      </button>
      {socket.welcome.value?.role === "owner" && (
        <button type="button" class="btn share-button" onClick={() => panels.show("share")}>
          <Icon name="share" />
          <span>{words.share}</span>
        </button>
      )}
      <span class="avb">
        <OnDemand of={account} props={{}} />
      </span>
    </header>
  );
}

function People(): JSX.Element {
  const { worksheet } = useParts();
  const people = useComputed(() => {
    const others = worksheet.people.others.value.filter((person) => person.user !== user.value?.id);
    const found = new Map(others.map((person) => [person.user, { id: person.user, name: person.name }]));
    return [...found.values()];
  }).value;
  return <Avatars people={people} />;
}

/** What the session does, with Stop and Restart beside it. */
function SessionChip(): JSX.Element {
  const { actions, commands, focus, socket, worksheet } = useParts();
  const busy = useComputed(() => worksheet.runs.busy.value.map((result) => result.run.state)).value;
  const session = worksheet.session.status.value;
  const running = busy.length > 0;
  const lost = socket.lost.value;
  const state = lost ? "lost" : running ? "running" : (session?.state ?? "stopped");
  const queued = busy.filter((each) => each === "queued").length - (busy.includes("running") ? 0 : 1);
  const word = lost ? state : session?.state === "stubborn" || session?.state === "interrupting" ? session.state : state;
  const more = queued > 0 && !lost ? `, ${words.queued(queued)}` : "";
  const asks = !lost && word === "running" && worksheet.runs.asks.value !== null;
  const run = (id: string) => commands.find((command) => command.id === id)!;
  const stop = () => {
    worksheet.session.interrupt();
    // The button is about to be disabled, and would lose the keyboard to nobody.
    const holder = document.activeElement;
    if (holder !== document.body && !holder?.closest(".state")) return;
    if (actions.active?.type === "code") focus.edit(actions.active.id, "keep");
    else focus.again();
  };
  return (
    <div class="state" data-testid="session" data-state={state} role="group" aria-label={words.session} onMouseDown={keepFocus}>
      <i class={`dot ${dotOf(state)}`} />
      {asks ? (
        <OnDemand of={asked} props={{ more }} />
      ) : (
        <span class="word">
          {strings.sessionStates[word] ?? word}
          {more}
        </span>
      )}
      {worksheet.mayRun.value && (
        <>
          <IconButton icon="stop" label={`${strings.stop} (Ctrl .)`} testId="stop" disabled={lost || (!running && session?.state !== "running" && session?.state !== "stubborn")} onClick={stop} />
          <IconButton icon="restart" label={run("restart").title} testId="restart" onClick={run("restart").run} />
          <OnDemand of={sheetMenu} props={{}} />
        </>
      )}
    </div>
  );
}

function dotOf(state: string): string {
  if (state === "running" || state === "starting" || state === "interrupting" || state === "stubborn") return "run";
  if (state === "ended") return "err";
  return state === "ready" ? "" : "off";
}
