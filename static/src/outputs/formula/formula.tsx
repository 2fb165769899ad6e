/** A value that is a formula: typeset, with what to copy of it; text where it is too much, or not known. It comes with the first one. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { unwrapLatex } from "../../prose/latex";
import { loadMath } from "../../prose/load";
import { bytes } from "../../times";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { FoldedText, type TextProps } from "../folded-text";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  large: (size: string) => `Typeset it (${size} of LaTeX)`,
  busy: "Typesetting …",
  tooLarge: "This formula is too large to be typeset.",
  actions: "What to do with this formula",
  latex: "Copy LaTeX",
  text: "Copy as text",
  picture: "Copy as picture",
};

/** Characters of LaTeX of which even trying takes long: they are typeset when somebody asks for it. */
const LARGE = 100_000;
/** Characters of the text that stands for it meanwhile. */
const HEAD = 600;

type Outcome = "shown" | "large" | "failed";
type State = Outcome | "busy";

export function Formula({ latex, plain, bare }: { latex: string; plain: string; bare: boolean }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const tex = useMemo(() => unwrapLatex(latex), [latex]);
  const [wanted, setWanted] = useState(false);
  const [state, setState] = useState<State>("shown");
  useEffect(() => {
    let off = () => {};
    let gone = false;
    if (tex.length > LARGE && !wanted) return setState("large");
    setState(wanted ? "busy" : "shown");
    void loadMath().then(({ showFormula }) => {
      if (!gone && element.current !== null) off = showFormula(element.current, tex, wanted, setState);
    });
    return () => {
      gone = true;
      off();
    };
  }, [tex, wanted]);
  const copy = (text: string) => void navigator.clipboard?.writeText(text).catch(() => undefined);
  const picture = async () => (await import("./picture")).pictureOf(element.current!);
  const entries = [
    { label: words.latex, run: () => copy(tex) },
    { label: words.text, run: () => copy(plain || tex) },
    // A browser that lets no page write pictures into the clipboard can still copy the other forms.
    { label: words.picture, run: () => void navigator.clipboard?.write([new ClipboardItem({ "image/png": picture() })]).catch(() => undefined) },
  ];
  const text = plain || tex;
  return (
    <div class="typeset" data-testid="formula">
      <div ref={element} class="formula" hidden={state !== "shown"} />
      {state === "failed" && <FoldedText text={text} class="stream" show={Plain} />}
      {(state === "large" || state === "busy") && <pre class="stream">{text.length > HEAD ? `${text.slice(0, HEAD)} …` : text}</pre>}
      {state === "large" && (
        <button type="button" class="foldbar" onClick={() => setWanted(true)}>
          {words.large(bytes(tex.length))}
        </button>
      )}
      {state === "busy" && <p class="note" role="status">{words.busy}</p>}
      {state === "failed" && wanted && <p class="note" role="status">{words.tooLarge}</p>}
      {!bare && <Menu label={words.actions} class="ib" button={<Icon name="more" />} entries={state === "shown" ? entries : entries.slice(0, 2)} testId="formula-menu" />}
    </div>
  );
}

function Plain({ text, class: name, testId }: TextProps & { testId: string }): JSX.Element {
  return <pre class={name} data-testid={testId}>{text}</pre>;
}
