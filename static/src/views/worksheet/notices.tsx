/** What people have to be told: why a session ended, what was refused, what can be undone. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { hasSecret } from "../../net/http";
import { strings } from "../../strings";
import { IconButton } from "../../ui/basics";
import { useParts } from "../../workbench/parts";
import { shareClipboard } from "../../workbench/clipboard";
import { followScroll } from "../../workbench/follow-scroll";
import { Rescue } from "../../workbench/rescue";
import { useHeadings } from "./commands/headings";
import { words } from "./later-strings";
import { pasteText, textOn } from "./pasting/paste";
import { useCaretInSight } from "./caret-in-sight";
import { AutoRun } from "./attributes/auto-run";
import { takeHandles } from "./dragging/drag";
import { takeDrops } from "./drops";
import { Notice } from "../../ui/notice";
import { useChoices } from "./run/commands";
import { useDirectives } from "./run/directives";
import { useFollowing } from "./run/follow-running";
import { LeftNames } from "./stale/left-names";
import { useStale } from "./stale/marks";

export function Notices(): JSX.Element {
  const parts = useParts();
  const { actions, focus, worksheet } = parts;
  const notices = useCaretInSight();
  useHeadings();
  useStale();
  useChoices();
  useFollowing();
  useDirectives();
  useEffect(() => takeDrops(parts), [parts]);
  useEffect(() => takeHandles(parts), [parts]);
  useEffect(() => shareClipboard(actions, focus, { textOn, paste: (text) => pasteText(parts, text) }), [actions]);
  useEffect(() => {
    const scroller = document.getElementById("content");
    return scroller === null ? undefined : followScroll(scroller, worksheet, focus);
  }, [worksheet]);
  return (
    <div class="notices" ref={notices}>
      <Stopped />
      <SessionNotice />
      <StoppedAt />
      <Refusal />
      <Unsaved />
      <StorageNotice />
      <ReadOnly />
      <AutoRun />
      <Deleted />
      <LeftNames />
      <Rescued />
    </div>
  );
}

function Stopped(): JSX.Element | null {
  const { socket } = useParts();
  const { phase, reason } = socket.state.value;
  const stopped = phase === "stopped" ? reason : null;
  useEffect(() => {
    if (stopped !== "not-signed-in") return;
    // Who signs in somewhere else comes back to this page, and it goes on by itself.
    const back = () => document.visibilityState === "visible" && hasSecret() && socket.start();
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [stopped]);
  if (stopped === null) return null;
  const taken = socket.welcome.value !== null && (stopped === "not-found" || stopped === "forbidden");
  return (
    <Notice kind="bad" testId="stopped">
      <span>{taken ? words.accessTaken : (words.stoppedReasons[stopped] ?? words.stoppedOther)}</span>
      {taken && <a class="btn" href="/workspaces">{strings.workspaces}</a>}
      {stopped === "not-signed-in" && <a class="btn" href="/signin" target="_blank">{words.signInAgain}</a>}
      {stopped === "version-mismatch" ? (
        <button type="button" class="btn" onClick={() => location.reload()}>{words.reload}</button>
      ) : (
        !taken && <button type="button" class="btn" onClick={() => socket.start()}>{words.reconnect}</button>
      )}
    </Notice>
  );
}

/** The server's sentence about the session, with one button to go on. */
function SessionNotice(): JSX.Element | null {
  const { commands, focus, worksheet } = useParts();
  const session = worksheet.session.status.value;
  const sentence = worksheet.session.sentence.value;
  if (session === null || !sentence) return null;
  // Above the first cell there is nothing.
  const above = focus.active.value !== null && focus.active.value !== worksheet.sheet.cells.value[0]?.id;
  const goOn =
    session.state === "stubborn"
      ? { label: strings.commands.restart, run: () => worksheet.session.restart() }
      : session.reason === "gone" && above
        ? { label: strings.commands.runAbove, run: () => commands.find((each) => each.id === "runAbove")?.run() }
        : { label: words.runAll, run: () => worksheet.runAll() };
  return (
    <Notice kind={session.reason === "gone" ? "" : "warn"} testId="session-notice">
      <span>{session.reason == null || worksheet.mayRun.value ? sentence : words.overForReaders}</span>
      {worksheet.mayRun.value && (
        <button type="button" class="btn" data-testid="session-go-on" onClick={goOn.run}>
          {goOn.label}
        </button>
      )}
      <IconButton icon="close" label={words.dismiss} onClick={() => worksheet.session.dismiss()} />
    </Notice>
  );
}

/** Cells that ran together stop at the first that fails, which may be far from what one looks at, or go on behind it. */
function StoppedAt(): JSX.Element | null {
  const { actions, worksheet } = useParts();
  const { failures, goesOn } = worksheet.runs.together;
  const [seen, setSeen] = useState("");
  const numbers = new Map(worksheet.sheet.cells.value.map(({ id, number }) => [id, number]));
  const failed = failures.value.filter(({ cell }) => numbers.has(cell)).map(({ cell, name }) => ({ cell, name, number: numbers.get(cell)! }));
  // One press after the other leads through all of them.
  const next = failed[(failed.findIndex(({ cell }) => cell === seen) + 1) % failed.length];
  if (next === undefined) return null;
  const go = () => {
    setSeen(next.cell);
    actions.goTo(next.cell);
  };
  return (
    <Notice kind="bad" testId="stopped-at">
      <span>{goesOn ? words.failedOf(failed) : words.stoppedAt(next.number, next.name)}</span>
      <button type="button" class="btn" onClick={go} data-testid="go-to-failure">{failed.length > 1 && seen ? words.goToNext : words.goToCell}</button>
      <IconButton icon="close" label={words.dismiss} onClick={() => worksheet.runs.together.dismiss()} />
    </Notice>
  );
}

/** What somebody has just chosen: nothing is wrong. */
const CHOSEN: ReadonlySet<string> = new Set([words.goesOn, words.stops, words.follows, words.stays, words.reactiveOn, words.reactiveOff]);

function Refusal(): JSX.Element | null {
  const { socket, worksheet } = useParts();
  const notice = worksheet.notices.current.value;
  const connected = socket.state.value.phase === "open";
  // What was true only while there was no connection.
  useEffect(() => {
    if (connected && worksheet.notices.current.peek() === "offline") worksheet.notices.dismiss();
  }, [connected]);
  useEffect(() => {
    if (notice === null) return;
    const timer = window.setTimeout(() => worksheet.notices.dismiss(), 10_000);
    return () => window.clearTimeout(timer);
  }, [notice]);
  if (notice === null) return null;
  return (
    <Notice kind={CHOSEN.has(notice) ? "" : "bad"} testId="notice">
      <span>{words.notices[notice] ?? notice}</span>
      <IconButton icon="close" label={words.dismiss} onClick={() => worksheet.notices.dismiss()} />
    </Notice>
  );
}

/** What the last save could not keep, until it is read or another save says otherwise; the history lists it. */
function Unsaved(): JSX.Element | null {
  const { panels, worksheet } = useParts();
  const unsaved = worksheet.versions.unsaved.value;
  const [read, setRead] = useState<typeof unsaved>(null);
  if (unsaved === null || unsaved === read) return null;
  return (
    <Notice kind="warn" testId="unsaved">
      <span>{unsaved.problem || words.notSaved(unsaved.paths.length + (unsaved.more ?? 0), unsaved.paths[0]!.path, unsaved.paths[0]!.why)}</span>
      <button type="button" class="btn" onClick={() => panels.show("history")}>
        {strings.history}
      </button>
      <IconButton icon="close" label={words.dismiss} onClick={() => setRead(unsaved)} />
    </Notice>
  );
}

/** The server's sentence about the disk, until it is read or says something else. */
function StorageNotice(): JSX.Element | null {
  const problem = useParts().files.storage.value?.problem ?? "";
  const [read, setRead] = useState("");
  if (!problem || problem === read) return null;
  return (
    <Notice kind="warn" testId="storage">
      <span>{problem}</span>
      <IconButton icon="close" label={words.dismiss} onClick={() => setRead(problem)} />
    </Notice>
  );
}

function ReadOnly(): JSX.Element | null {
  const { socket, worksheet } = useParts();
  if (socket.welcome.value === null || worksheet.mayEdit.value) return null;
  return (
    <Notice testId="read-only">
      <span>{words.viewer}</span>
    </Notice>
  );
}

function Deleted(): JSX.Element | null {
  const { actions } = useParts();
  const count = actions.deleted.value;
  if (count === 0) return null;
  return (
    <Notice testId="undo">
      <span>{words.deletedCells(count)}</span>
      <button type="button" class="btn" onClick={() => actions.undo()}>
        {words.undo}
      </button>
    </Notice>
  );
}

/** What one wrote in a cell that somebody else has deleted. */
function Rescued(): JSX.Element | null {
  const { focus, mounted, worksheet } = useParts();
  const rescue = useMemo(() => new Rescue(worksheet.sheet, focus, mounted), [worksheet]);
  useEffect(() => rescue.stop, [rescue]);
  const kept = rescue.kept.value;
  // Whoever wrote last when it went: what others change later must not be laid at another door.
  const who = useMemo(() => worksheet.people.lastWriter, [kept]);
  if (kept === null) return null;
  return (
    <Notice kind="warn" testId="rescued">
      <span>{words.rescued(who)}</span>
      {worksheet.mayEdit.value && (
        <button type="button" class="btn" onClick={() => rescue.bringBack()}>
          {words.bringBack}
        </button>
      )}
      <IconButton icon="close" label={words.dismiss} onClick={() => rescue.dismiss()} />
    </Notice>
  );
}
