/** What a program printed, and values that are text alone: long ones are folded, colours are shown. */

import type { JSX } from "preact";
import { OnDemand } from "../../workbench/on-demand";
import { FoldedText, type TextProps } from "../folded-text";
import { outputKinds, textOf, type OutputKind } from "../kinds";

/** What only a terminal knows to show comes when there is some: most texts have none. */
const CODES = /[\u001b\r\b]|https?:\/\//;
const terminal = { load: () => import("../later").then((module) => module.TerminalText) };

interface Stream {
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

const stream: OutputKind<Stream> = {
  id: "stream",
  pieces: ["stream"],
  read: ({ body }) => ({ name: body["name"] === "stderr" ? "stderr" : "stdout", text: textOf(body["text"]) }),
  join: (before, next) => (before.name === next.name ? { ...before, text: before.text + next.text } : null),
  show: ({ name, text }) => <LongText text={text} class={name === "stderr" ? "stream stderr" : "stream"} />,
};

const plain: OutputKind<string> = {
  id: "plain",
  mime: ["text/plain"],
  read: ({ data }) => data || null,
  show: (text) => <LongText text={text} class="stream value" />,
};

outputKinds.add(stream);
outputKinds.add(plain);

function LongText(props: TextProps): JSX.Element {
  return CODES.test(props.text) ? <OnDemand of={terminal} props={{ ...props, fold: FoldedText }} /> : <FoldedText {...props} show={Plain} />;
}

function Plain({ text, class: name, testId }: TextProps & { testId: string }): JSX.Element {
  return <pre class={name} data-testid={testId}>{text}</pre>;
}
