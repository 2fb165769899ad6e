/** What a cell printed and showed, each piece by its kind. Nothing here is trusted: text nodes, images, frames. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ansiSpans } from "./ansi";
import { foldText } from "./folding";
import type { CellInfo } from "../document/outline";
import type { CellResult } from "../document/results";
import { shownOf, type Shown } from "./pieces";
import { bytes } from "../times";
import { fromBase64 } from "../net/base64";
import { strings } from "../strings";
import { useParts } from "../workbench/parts";
import { ErrorOutput } from "./error-output";
import { HtmlFrame } from "./html-frame";
import { Formula, Prose } from "../prose/prose";

export function Output({ cell, result }: { cell: CellInfo; result: CellResult }): JSX.Element | null {
  const { actions, worksheet } = useParts();
  const shown = useMemo(() => shownOf(result.pieces), [result.pieces]);
  const lost = result.run.state === "lost";
  if (shown.length === 0 && !lost) return null;
  if (cell.foldOutput) {
    return (
      <button type="button" class="foldbar" onClick={() => actions.toggle(cell.id, "foldOutput")}>
        {strings.foldedOutput}
      </button>
    );
  }
  return (
    <div class={result.optimistic ? "out old" : "out"} role="group" aria-label={strings.output(cell.number)} data-testid="output">
      {shown.map((item) => (
        <Item key={item.key} item={item} />
      ))}
      {result.leftOut > 0 && (
        <button type="button" class="foldbar" onClick={() => void worksheet.runs.whole(cell.id).catch(() => undefined)}>
          {strings.showAllPieces(result.leftOut)}
        </button>
      )}
      {lost && <p class="note">{result.run.reason ?? strings.lostOutput}</p>}
    </div>
  );
}

function Item({ item }: { item: Shown }): JSX.Element {
  switch (item.kind) {
    case "stream":
      return <LongText text={item.text} class={item.name === "stderr" ? "stream stderr" : "stream"} />;
    case "plain":
      return <LongText text={item.text} class="stream value" />;
    case "latex":
      return <Formula latex={item.text} plain={item.plain} />;
    case "markdown":
      return (
        <div class="prose">
          <Prose text={item.text} />
        </div>
      );
    case "image":
      return <Picture item={item} />;
    case "html":
      return <HtmlFrame html={item.html} />;
    case "error":
      return <ErrorOutput item={item} />;
    case "spilled":
      return (
        <p class="note" data-testid="spilled">
          {strings.spilled(item.lines.toLocaleString(strings.locale), bytes(item.bytes), item.path)}
        </p>
      );
  }
}

function LongText({ text, class: name }: { text: string; class: string }): JSX.Element {
  const [all, setAll] = useState(false);
  const folded = useMemo(() => foldText(text), [text]);
  const spans = useMemo(() => ansiSpans(all ? text : folded.head), [text, all]);
  return (
    <>
      <pre class={name} data-testid="stream">
        {spans.map((span, index) => (span.style ? <span key={index} class={span.style}>{span.text}</span> : span.text))}
      </pre>
      {folded.folded && !all && (
        <button type="button" class="foldbar" data-testid="show-all" onClick={() => setAll(true)}>
          {strings.showAll(folded.lines)}
        </button>
      )}
    </>
  );
}

function Picture({ item }: { item: Extract<Shown, { kind: "image" }> }): JSX.Element {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = addressOf(item);
    setAddress(made);
    return () => {
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [item.data, item.mime]);
  if (address === null) return <p class="note">{strings.failed}</p>;
  const drawn = item.mime === "image/svg+xml" || /^(Graphics|<Figure|<matplotlib)/.test(item.alt);
  return <img class={drawn ? "picture drawn" : "picture"} src={address} alt={item.alt || strings.plot} {...(item.width === null ? {} : { width: item.width })} />;
}

function addressOf(item: Extract<Shown, { kind: "image" }>): string | null {
  try {
    const data = item.mime === "image/svg+xml" ? item.data : fromBase64(item.data.replace(/\s/g, ""));
    return URL.createObjectURL(new Blob([data], { type: item.mime }));
  } catch {
    return null;
  }
}
