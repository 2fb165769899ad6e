/** Markdown and formulas as they come typeset; plain text until then. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LARGE, unwrapLatex } from "./latex";
import { loadMarkdown, loadMath } from "./load";
import { strings } from "../strings";

export function Prose({ text }: { text: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let off = () => {};
    let gone = false;
    void loadMarkdown().then(({ renderMarkdown, soon }) => {
      if (gone || element.current === null) return;
      off = soon(element.current, () => {
        const { fragment, formulas } = renderMarkdown(text);
        const show = () => element.current?.replaceChildren(fragment);
        if (formulas.length === 0) return show();
        void loadMath().then(({ typeset, soon }) => {
          if (gone || element.current === null) return;
          off = soon(element.current, () => {
            for (const { element: place, formula } of formulas) {
              if (!typeset(place, formula.tex, formula.display)) place.textContent = formula.tex;
            }
            show();
          });
        });
      });
    });
    return () => {
      gone = true;
      off();
    };
  }, [text]);
  return <div ref={element}>{text}</div>;
}

/** One formula of an output; what KaTeX does not know shows as plain text with its LaTeX at hand. */
export function Formula({ latex, plain }: { latex: string; plain: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const [wanted, setWanted] = useState(latex.length <= LARGE);
  useEffect(() => {
    if (!wanted) return;
    let off = () => {};
    let gone = false;
    setFailed(false);
    void loadMath().then(({ typeset, soon }) => {
      const place = element.current;
      if (gone || place === null) return;
      off = soon(place, () => {
        if (!typeset(place, unwrapLatex(latex), true)) setFailed(true);
      });
    });
    return () => {
      gone = true;
      off();
    };
  }, [latex, wanted]);
  if (!wanted) {
    return (
      <button type="button" class="foldbar" onClick={() => setWanted(true)}>
        {strings.showLarge}
      </button>
    );
  }
  return (
    <>
      <div ref={element} class="formula" hidden={failed} />
      {failed && (
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
