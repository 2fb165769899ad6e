/** What a name is: how it is called, where it was written, its documentation or its source. It comes with the first of them. */

import "../../common";
import { render, type JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { tokens } from "../../editor/highlight";
import { useTypeset } from "../../prose/prose";
import { PartsContext, useParts, type Parts } from "../../workbench/parts";
import type { Source } from "../kinds";
import { coloured, dressExamples, type Use } from "./examples";
import { readHelp, shortFile, type Help } from "./read";
import { words } from "./strings";

export function HelpOutput({ source }: { source: Source }): JSX.Element {
  const help = useMemo(() => readHelp(source.data), [source.data]);
  return help === null ? <pre class="stream value">{source.plain}</pre> : <HelpView help={help} plain={source.plain} />;
}

/** Show what was asked for in an element that is no part of the page's tree, as the editor's are; returns what takes it away. */
export function fillWithHelp(element: HTMLElement, parts: Parts, text: string, plain: string): () => void {
  const help = readHelp(text);
  if (help === null) element.textContent = plain;
  else render(<PartsContext.Provider value={parts}>{<HelpView help={help} plain={plain} />}</PartsContext.Provider>, element);
  return () => render(null, element);
}

export function HelpView({ help, plain }: { help: Help; plain: string }): JSX.Element {
  const title = (help.source === "" ? words.of : words.sourceOf)(help.name);
  return (
    <section class="help" aria-label={title} data-testid="help">
      <div class="about">
        <code class="sig">{help.signature === "" ? help.name : <Coloured text={help.signature} />}</code>
        <p class="facts">
          <span>{help.type}</span>
          {help.file !== "" && <span title={help.file}>{words.line(shortFile(help.file), help.line)}</span>}
        </p>
        {help.value !== "" && <pre class="worth">{help.value}</pre>}
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        {help.source === "" ? <Documentation help={help} plain={plain} /> : <SourceText help={help} />}
      </div>
    </section>
  );
}

function Coloured({ text }: { text: string }): JSX.Element {
  return <>{tokens(text).map(({ text: part, kind }, place) => (kind === "" ? part : <span key={place} class={kind}>{part}</span>))}</>;
}

function Documentation({ help: { html, formulas }, plain }: { help: Help; plain: string }): JSX.Element {
  const parts = useParts();
  const dress = (fragment: DocumentFragment) => dressExamples(fragment, useOf(parts));
  const [element, failed] = useTypeset(html, ({ showHtml }, at, ...rest) => showHtml(at, { html, formulas, dress }, ...rest));
  return (
    <>
      <div ref={element} class="prose" hidden={failed} />
      {failed && <pre class="stream">{plain}</pre>}
    </>
  );
}

function useOf({ worksheet, actions, focus }: Parts): Use {
  const insert = (code: string) => focus.select(worksheet.sheet.insert("code", { after: actions.span().at(-1) ?? null }, code));
  return {
    tokens,
    copy: (code) => void navigator.clipboard?.writeText(code).catch(() => undefined),
    insert: worksheet.mayEdit.peek() ? insert : null,
  };
}

function SourceText({ help: { source, line } }: { help: Help }): JSX.Element {
  const element = useRef<HTMLPreElement>(null);
  const numbers = useMemo(() => source.replace(/\n$/, "").split("\n").map((_, place) => Math.max(line, 1) + place).join("\n"), [source, line]);
  useEffect(() => element.current?.replaceChildren(...coloured(source, { tokens })), [source]);
  return (
    <div class="listing">
      <pre class="numbers" aria-hidden="true">{numbers}</pre>
      <pre ref={element}>{source}</pre>
    </div>
  );
}
