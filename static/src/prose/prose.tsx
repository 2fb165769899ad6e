/** Markdown and formulas as they come typeset; plain text until then. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { unwrapLatex } from "./latex";
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

/** One formula of an output; what KaTeX does not know shows as plain text with its LaTeX at hand. */
export function Formula({ latex, plain }: { latex: string; plain: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [outcome, setOutcome] = useState<"shown" | "large" | "failed">("shown");
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    let off = () => {};
    let gone = false;
    setOutcome("shown");
    void loadMath().then(({ showFormula }) => {
      if (!gone && element.current !== null) off = showFormula(element.current, unwrapLatex(latex), wanted, setOutcome);
    });
    return () => {
      gone = true;
      off();
    };
  }, [latex, wanted]);
  return (
    <>
      <div ref={element} class="formula" hidden={outcome !== "shown"} />
      {outcome === "large" && (
        <button type="button" class="foldbar" onClick={() => setWanted(true)}>
          {strings.showLarge}
        </button>
      )}
      {outcome === "failed" && (
        <pre class="stream">
          {plain || latex}
          <CopyLatex latex={latex} />
        </pre>
      )}
    </>
  );
}

function CopyLatex({ latex }: { latex: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard?.writeText(unwrapLatex(latex)).then(() => setCopied(true));
  return (
    <button type="button" class="quiet" onClick={copy}>
      {copied ? strings.copied : strings.copyLatex}
    </button>
  );
}
