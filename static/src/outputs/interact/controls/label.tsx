/** What stands beside a control, with its formulas typeset. */

import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { loadMath } from "../../../prose/load";

/** A letter alone is a symbol of mathematics. */
const SYMBOL = /^[A-Za-z]$/;
const FORMULA = /\$([^$]+)\$/;

export function Label({ text }: { text: string }): JSX.Element {
  const parts = useMemo(() => text.split(FORMULA), [text]);
  if (SYMBOL.test(text)) return <i class="sym">{text}</i>;
  return <>{parts.map((part, index) => (index % 2 === 1 ? <Formula key={index} tex={part} /> : part))}</>;
}

/** A label where only text can stand. */
export function plainLabel(text: string): string {
  return text.replace(new RegExp(FORMULA, "g"), "$1");
}

function Formula({ tex }: { tex: string }): JSX.Element {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    let gone = false;
    void loadMath().then(({ typesetText }) => {
      if (!gone && element.current !== null) void typesetText(element.current, { tex, display: false });
    });
    return () => {
      gone = true;
    };
  }, [tex]);
  // Of what is typeset no name can be made.
  return <span ref={element} role="img" aria-label={tex}>{tex}</span>;
}
