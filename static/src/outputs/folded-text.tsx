/** A text of which the middle is folded away when it is long. */

import type { ComponentType, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { strings } from "../strings";
import { foldText } from "./folding";

export interface TextProps {
  text: string;
  class: string;
}

export type ShowText = ComponentType<TextProps & { testId: string }>;

export function FoldedText({ text, class: name, show: Shown }: TextProps & { show: ShowText }): JSX.Element {
  const [all, setAll] = useState(false);
  const folded = useMemo(() => foldText(text), [text]);
  return (
    <>
      <Shown text={all ? text : folded.head} class={name} testId="stream" />
      {folded.folded && !all && (
        <>
          <button type="button" class="foldbar" data-testid="show-all" onClick={() => setAll(true)}>
            {strings.showAll(folded.hidden)}
          </button>
          <Shown text={folded.tail} class={name} testId="stream-end" />
        </>
      )}
    </>
  );
}
