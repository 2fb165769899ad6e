/** Text with the codes of terminals, as a terminal shows it. */

import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { FoldedText, TextProps } from "../folded-text";
import { Screen } from "./screen";
import { ansiSpans, type Span } from "./spans";

/** It is given what folds it: an import would take that out of the file that the page begins with. */
export function TerminalText({ text, class: name, fold: Folded }: TextProps & { fold: typeof FoldedText }): JSX.Element {
  const shown = useRef({ text: "", screen: new Screen() });
  const whole = useMemo(() => {
    // What is printed is added to the screen, on which hours of it may have left one line.
    const { text: before, screen } = text.startsWith(shown.current.text) ? shown.current : { text: "", screen: new Screen() };
    screen.feed(text.slice(before.length));
    shown.current = { text, screen };
    return screen.text();
  }, [text]);
  return <Folded text={whole} class={name} show={Coded} />;
}

function Coded({ text, class: name, testId }: TextProps & { testId: string }): JSX.Element {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return (
    <pre class={name} data-testid={testId}>
      {spans.map((span, index) => (span.style || span.href ? <Part key={index} span={span} /> : span.text))}
    </pre>
  );
}

function Part({ span: { text, style, colour, background, href } }: { span: Span }): JSX.Element {
  const own = { ...(colour ? { "--colour": colour } : {}), ...(background ? { "--ground": background } : {}) };
  if (href === undefined) return <span class={style} style={own}>{text}</span>;
  return (
    <a class={style} style={own} href={href} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}
