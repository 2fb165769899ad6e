/** Markdown as it comes typeset; plain text until then. */

import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadMarkdown, loadMath } from "./load";
import { strings } from "../strings";

type Markdown = Awaited<ReturnType<typeof loadMarkdown>>;
type Show = (by: Markdown, element: HTMLElement, ...rest: Later<Parameters<Markdown["showProse"]>>) => () => void;
type Later<All extends unknown[]> = All extends [unknown, unknown, ...infer Rest] ? Rest : never;

/** An element in which something is typeset, once what does so has come and again when `of` is another; and whether that failed. */
export function useTypeset(of: string, show: Show): [RefObject<HTMLDivElement | null>, boolean] {
  const element = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let off = () => {};
    let gone = false;
    setFailed(false);
    void loadMarkdown().then((markdown) => {
      const typeset = () => loadMath().then((math) => math.typesetText);
      if (!gone && element.current !== null) off = show(markdown, element.current, typeset, () => setFailed(true));
    });
    return () => {
      gone = true;
      off();
    };
  }, [of]);
  return [element, failed];
}

export function Prose({ text }: { text: string }): JSX.Element {
  const [element, failed] = useTypeset(text, ({ showProse }, at, ...rest) => showProse(at, text, ...rest));
  return (
    <>
      <div ref={element} hidden={failed}>{text}</div>
      {failed && (
        <>
          <p class="note">{strings.tooLongToSet}</p>
          <pre class="stream">{text}</pre>
        </>
      )}
    </>
  );
}
