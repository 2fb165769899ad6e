/** Markdown as it comes typeset; plain text until then. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadMarkdown, loadMath } from "./load";
import { strings } from "../strings";

export function Prose({ text }: { text: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let off = () => {};
    let gone = false;
    setFailed(false);
    void loadMarkdown().then(({ showProse }) => {
      const typeset = () => loadMath().then((math) => math.typesetText);
      if (!gone && element.current !== null) off = showProse(element.current, text, typeset, () => setFailed(true));
    });
    return () => {
      gone = true;
      off();
    };
  }, [text]);
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
