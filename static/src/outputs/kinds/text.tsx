/** What a program printed, and values that are text alone: long ones are folded, colours are shown. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { strings } from "../../strings";
import { ansiSpans, settled } from "../ansi";
import { foldText } from "../folding";
import { outputKinds, textOf, type OutputKind } from "../kinds";

interface Stream {
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

const stream: OutputKind<Stream> = {
  id: "stream",
  pieces: ["stream"],
  read: ({ body }) => ({ name: body["name"] === "stderr" ? "stderr" : "stdout", text: textOf(body["text"]) }),
  join: (before, next) => (before.name === next.name ? { ...before, text: before.text + next.text } : null),
  show: ({ name, text }) => <LongText text={text} class={name === "stderr" ? "stream stderr" : "stream"} />,
};

const plain: OutputKind<string> = {
  id: "plain",
  mime: ["text/plain"],
  read: ({ data }) => data || null,
  show: (text) => <LongText text={text} class="stream value" />,
};

outputKinds.add(stream);
outputKinds.add(plain);

function LongText({ text, class: name }: { text: string; class: string }): JSX.Element {
  const [all, setAll] = useState(false);
  const { whole, folded } = useMemo(() => {
    const whole = settled(text);
    return { whole, folded: foldText(whole) };
  }, [text]);
  return (
    <>
      <Coded text={all ? whole : folded.head} class={name} testId="stream" />
      {folded.folded && !all && (
        <>
          <button type="button" class="foldbar" data-testid="show-all" onClick={() => setAll(true)}>
            {strings.showAll(folded.lines)}
          </button>
          <Coded text={folded.tail} class={name} testId="stream-end" />
        </>
      )}
    </>
  );
}

function Coded({ text, class: name, testId }: { text: string; class: string; testId: string }): JSX.Element {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return (
    <pre class={name} data-testid={testId}>
      {spans.map((span, index) => (span.style ? <span key={index} class={span.style}>{span.text}</span> : span.text))}
    </pre>
  );
}
