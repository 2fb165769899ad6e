/** What a version changed in one file, or the whole of it: a worksheet by its cells, any other text line by line. */

import type { JSX } from "preact";
import type { FileDifference } from "../../net/messages";
import { useParts } from "../../workbench/parts";
import { diffLines, type DiffLine } from "./diff";
import { diffCells, isWorksheet, type DiffCell } from "./diff-cells";
import { words } from "./strings";

const signs = { add: "+", del: "−", hunk: "", same: "" };

export function Difference({ file, whole }: { file: FileDifference; whole: boolean }): JSX.Element {
  const found = file.binary === true ? [] : diffLines(file.diff);
  // Beside nothing every line is new, which says nothing.
  const lines = whole ? found.map((line): DiffLine => (line.kind === "add" ? { ...line, kind: "same" } : line)) : found;
  return (
    <section class="diff" aria-label={file.path}>
      <h3>
        {file.path} {!whole && <span class="muted">{file.status}</span>}
      </h3>
      {file.binary === true ? (
        <p class="muted">{words.binary}</p>
      ) : (
        <div data-testid="diff" tabIndex={0} role="group" aria-label={whole ? file.path : words.changesIn(file.path)}>
          {isWorksheet(file.path) ? diffCells(lines).map((cell, index) => <Cell key={index} cell={cell} />) : <Lines lines={lines} />}
        </div>
      )}
      {file.cut && <p class="muted">{words.cutDiff}</p>}
    </section>
  );
}

function Cell({ cell }: { cell: DiffCell }): JSX.Element {
  const { worksheet } = useParts();
  const number = worksheet.sheet.cells.value.find((each) => each.id === cell.id && each.type === "code")?.number;
  const name = cell.kind === "code" && number !== undefined ? words.cell(number) : words.cellKinds[cell.kind];
  return (
    <div class={`diff-cell ${cell.kind}`} data-testid="diff-cell">
      <h4>
        {name} {cell.change !== null && <small>{words.cellChanges[cell.change]}</small>}
      </h4>
      <Lines lines={cell.lines} />
    </div>
  );
}

function Lines({ lines }: { lines: readonly DiffLine[] }): JSX.Element {
  return (
    <pre>
      {lines.map((line, index) => (
        <div key={index} class={line.kind}>
          <span class="sign" aria-hidden="true">{signs[line.kind]}</span>
          {line.text || "\u200b"}
        </div>
      ))}
    </pre>
  );
}
