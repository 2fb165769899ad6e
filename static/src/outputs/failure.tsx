/** An exception as people read it: what was wrong first, where on demand. It comes with the first one. */

import "../common";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { plural } from "../strings";
import { useParts } from "../workbench/parts";
import type { Token } from "../editor/highlight";
import { adviceOf, cellThatDefines, changed, undefinedIn, type Advice } from "./advice";
import type { Failure, Frame } from "./kinds/error";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  showTraceback: (count: number) => `Show traceback, ${plural(count, "frame", "frames")}`,
  hideTraceback: "Hide traceback",
  inCell: (number: number | null, line: number) => (number === null ? `line ${line}` : `Cell ${number}, line ${line}`),
  errorLine: (line: number) => `line ${line}`,
  errorColumn: (column: number) => `at column ${column}`,
  changesAndRuns: "Changes the cell and runs it again",
  madeIn: (name: string, number: number) => `Cell ${number} gives ${name} a value.`,
  runBoth: (number: number) => `Run cell ${number}, then this one`,
};

interface Props {
  item: Failure;
  /** Colours source; handed in, because this file comes apart from the page that has it. */
  tokens: Colour;
}

type Colour = (source: string) => readonly Token[];

export function FailureOutput({ item, tokens }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const own = item.frames.filter((frame) => frame.user);
  const last = own.at(-1);
  // What could not be read has run nothing: there is no more than its own line.
  const unread = last !== undefined && last.marked !== null;
  return (
    <div class="failure" role="alert" data-testid="error">
      <div class="what">
        <b>{item.name}</b>
        {item.message && `: ${item.message}`}
      </div>
      {last !== undefined && <Place frame={last} tokens={tokens} />}
      <Hints item={item} />
      {item.frames.length > 0 && !unread && (
        <button type="button" class="quiet" aria-expanded={open} data-testid="traceback" onClick={() => setOpen(!open)}>
          {open ? words.hideTraceback : words.showTraceback(item.frames.length)}
        </button>
      )}
      {open && (
        <ol class="frames">
          {item.frames.map((frame, index) => (
            <li key={index} class={frame.user ? "user" : ""}>
              <FrameHead frame={frame} />
              <Place frame={frame} tokens={tokens} around />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** The cell that failed, by its id: the outermost of the frames, which the session names after cells. */
function failedCell(item: Failure): string | null {
  return /^<cell ([\w-]{1,64})>$/.exec(item.frames.find((frame) => frame.user)?.file ?? "")?.[1] ?? null;
}

function Hints({ item }: { item: Failure }): JSX.Element | null {
  const { worksheet } = useParts();
  const cell = failedCell(item);
  const advice = adviceOf(item.hints);
  const name = undefinedIn(item.name, item.message);
  const { sheet } = worksheet;
  const maker = name !== null && cell !== null ? cellThatDefines(name, sheet.cells.value, cell, (id) => sheet.text(id)) : null;
  if (advice.length === 0 && maker === null) return null;
  return (
    <ul class="hints" data-testid="hints">
      {name !== null && maker !== null && cell !== null && (
        <li>
          {words.madeIn(name, maker.number)}
          {worksheet.mayRun.value && (
            <button type="button" class="quiet" data-testid="run-both" onClick={() => worksheet.run([maker.id, cell])}>
              {words.runBoth(maker.number)}
            </button>
          )}
        </li>
      )}
      {advice.map((each, index) => <Hint key={index} advice={each} cell={cell} />)}
    </ul>
  );
}

function Hint({ advice, cell }: { advice: Advice; cell: string | null }): JSX.Element {
  const { worksheet, focus } = useParts();
  const { change, text } = advice;
  const act = () => {
    const after = change === null || cell === null ? null : changed(worksheet.sheet.text(cell), change);
    if (after === null || cell === null || worksheet.refuses([cell])) return;
    worksheet.sheet.setText(cell, after, true);
    worksheet.run([cell]);
    focus.select(cell);
  };
  const fits = change !== null && cell !== null && changed(worksheet.sheet.text(cell), change) !== null;
  return (
    <li>
      {text}
      {change !== null && fits && worksheet.mayEdit.value && (
        <button type="button" class="quiet" title={words.changesAndRuns} data-testid="hint" onClick={act}>
          {change.label}
        </button>
      )}
    </li>
  );
}

/** The cell that a frame's file stands for: the session names its files after cells. */
function useCellNumber(frame: Frame): number | null {
  const { worksheet } = useParts();
  const found = worksheet.sheet.cells.value.find((cell) => cell.type === "code" && frame.file.includes(cell.id));
  return frame.user && found !== undefined ? found.number : null;
}

function FrameHead({ frame }: { frame: Frame }): JSX.Element {
  const number = useCellNumber(frame);
  const file = number === null ? frame.file.replace(/^.*\/site-packages\//, "").replace(/^.*\/lib\/python3\.\d+\//, "") : "";
  return (
    <div class="head">
      {frame.line > 0 && <span>{number === null && file ? `${file}, ${words.errorLine(frame.line)}` : words.inCell(number, frame.line)}</span>}
      {frame.function && frame.function !== "<module>" && <code>{frame.function}</code>}
    </div>
  );
}

/** The line where it happened, with its neighbours when asked. */
function Place({ frame, tokens, around }: { frame: Frame; tokens: Colour; around?: boolean }): JSX.Element | null {
  const rows = frame.source.filter(([line]) => around === true || line === frame.line);
  if (rows.length === 0) return null;
  return (
    <pre class="place">
      {rows.map(([line, text]) => (
        <div key={line} class={line === frame.line ? "at" : ""}>
          <span class="ln">{line}</span>
          {tokens(text).map((token, index) => <span key={index} class={token.kind}>{token.text}</span>)}
          {line === frame.line && frame.marked !== null && <Caret text={text} marked={frame.marked} />}
        </div>
      ))}
    </pre>
  );
}

/** Below a line, what of it could not be read. The line's own beginning, unseen, gives the caret its place: tabs and wide
 * letters are as wide there as above. */
function Caret({ text, marked: [start, end] }: { text: string; marked: readonly [number, number] }): JSX.Element {
  const points = [...text];
  return (
    <div class="caret" data-testid="caret" data-column={start + 1}>
      <span class="ln" />
      <span class="unseen" aria-hidden="true">{points.slice(0, start).join("")}</span>
      <span aria-label={words.errorColumn(start + 1)} role="img">{"^".repeat(Math.max(1, Math.min(end, points.length) - start))}</span>
    </div>
  );
}
