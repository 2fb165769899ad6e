/** Text with the codes of terminals, as a terminal shows it. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { ansiSpans, settled } from "./ansi";
import type { FoldedText, TextProps } from "./folded-text";

/** It is given what folds it: an import would take that out of the file that the page begins with. */
export function TerminalText({ text, class: name, fold: Folded }: TextProps & { fold: typeof FoldedText }): JSX.Element {
  const whole = useMemo(() => settled(text), [text]);
  return <Folded text={whole} class={name} show={Coded} />;
}

function Coded({ text, class: name, testId }: TextProps & { testId: string }): JSX.Element {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return (
    <pre class={name} data-testid={testId}>
      {spans.map((span, index) => (span.style ? <span key={index} class={span.style}>{span.text}</span> : span.text))}
    </pre>
  );
}
