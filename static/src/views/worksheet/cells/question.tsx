/** What a running cell asks: the prompt and a field in its place. The server says what is open; the first answer counts. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CellInfo } from "../../../document/outline";
import type { OpenChannel, RunStatus } from "../../../net/messages";
import type { Focus } from "../../../workbench/focus";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

/** Bytes of an answer that the server takes. */
const LONGEST = 64 * 1024;
/** Milliseconds for which the keyboard means nothing behind a field that was written in. */
const HELD = 700;
/** Milliseconds in which a key that ran the cell has moved the keyboard on. */
const SETTLED = 250;

/** The cell without text that the keyboard left for a question. */
let left: string | null = null;

interface Props {
  cell: CellInfo;
  run: RunStatus;
}

interface Asked extends Props {
  channel: OpenChannel;
}

export function Questions({ cell, run }: Props): JSX.Element {
  const { worksheet } = useParts();
  const Shown = worksheet.mayRun.value ? Question : Waiting;
  const open = (run.channels ?? []).filter(({ kind }) => kind === "input");
  return <>{open.map((channel) => <Shown key={`${run.run} ${channel.channel}`} cell={cell} run={run} channel={channel} />)}</>;
}

function Question({ cell, run, channel }: Asked): JSX.Element {
  const { focus, socket, worksheet } = useParts();
  const field = useRef<HTMLInputElement>(null);
  // On a connection that is lost an answer may be lost as well: on the next one it can be given again.
  const [sent, setSent] = useState("");
  const connection = socket.welcome.value?.connection ?? "";
  const id = `ask-${cell.id}`;
  const prompt = promptOf(channel);
  useLayoutEffect(() => {
    const own = field.current;
    worksheet.notices.announce(words.asks(cell.number, prompt));
    const take = () => {
      const unused = unusedCell();
      // Behind a question before this one the keyboard is nowhere, and came from where it came then.
      if (focus.mode.peek() !== "lost") left = unused;
      if (unused !== null || isFree(cell.id)) own?.focus();
    };
    take();
    // A cell that was made by the same key may come to have the keyboard only now.
    const settled = window.setTimeout(() => document.activeElement !== own && unusedCell() !== null && take(), SETTLED);
    return () => {
      window.clearTimeout(settled);
      if (document.activeElement === own) handBack(focus, cell.id);
    };
  }, []);
  const send = (event: Event) => {
    event.preventDefault();
    const text = field.current?.value ?? "";
    const message = { type: "channel_message", document: worksheet.id, run: run.run, channel: channel.channel, body: { text } } as const;
    if (new TextEncoder().encode(text).length > LONGEST) worksheet.notices.show(words.longAnswer);
    else if (sent === connection) return;
    else if (worksheet.link.send(message)) setSent(connection);
    else worksheet.notices.show(words.answerOffline);
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    focus.select(cell.id);
  };
  const shared = {
    ref: field,
    id,
    class: "field",
    "aria-label": prompt === "" ? words.answer : undefined,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    enterkeyhint: "send",
    "data-testid": "answer",
    readOnly: sent === connection,
    onFocus: () => {
      focus.activate(cell.id);
      // Behind a question before this one.
      if (focus.mode.peek() === "lost") focus.mode.value = "command";
    },
    onKeyDown: leave,
  } as const;
  return (
    <form class="ask" onSubmit={send} data-testid="question">
      {prompt !== "" && <label for={id}>{prompt}</label>}
      {channel.body["hidden"] === true ? <input {...shared} type="password" /> : <input {...shared} type="text" />}
      <button type="submit" class="btn" disabled={sent === connection}>
        {words.sendAnswer}
      </button>
    </form>
  );
}

/** What somebody sees of it who may not answer. */
function Waiting({ channel }: Asked): JSX.Element {
  const prompt = promptOf(channel);
  return (
    <div class="ask" data-testid="question">
      {prompt !== "" && <span class="prompt">{prompt}</span>}
      <span class="note">{words.waitsForAnswer}</span>
    </div>
  );
}

/**
 * The field is gone, and somebody may be typing on in it: until they have looked, or the next question is there, what is typed is
 * neither a command nor text of a cell. Who had gone on to a cell without text is there again then.
 */
function handBack(focus: Focus, cell: string): void {
  const before = focus.mode.peek();
  focus.lose(cell);
  window.setTimeout(() => {
    if (focus.mode.peek() !== "lost" || document.activeElement !== document.body) return;
    if (left !== null) focus.edit(left);
    else if (before === "edit") focus.edit(cell, "keep");
    else focus.select(cell);
  }, HELD);
}

function promptOf({ body }: OpenChannel): string {
  const { prompt } = body;
  return typeof prompt === "string" ? prompt.trim() : "";
}

/** The cell without any text in which the caret is, if it is in one: where Shift-Enter leads, and nobody has begun to write. */
function unusedCell(): string | null {
  const editor = document.activeElement?.closest(".cm-content");
  if (!editor || editor.querySelectorAll(".cm-line").length > 1) return null;
  if (editor.textContent !== (editor.querySelector(".cm-placeholder")?.textContent ?? "")) return null;
  return editor.closest("[data-cell-id]")?.getAttribute("data-cell-id") ?? null;
}

/** Whether the keyboard is in this cell, or nowhere: it is never taken from what somebody writes in. */
function isFree(cell: string): boolean {
  const at = document.activeElement;
  if (at === null || at === document.body || at.id === "content") return true;
  return at.closest("[data-cell-id]")?.getAttribute("data-cell-id") === cell;
}
