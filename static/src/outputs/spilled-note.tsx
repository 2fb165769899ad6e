/** Where the middle of a long output is, and how it is read. It comes with the first one. */

import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import { patiently } from "../patience";
import { plural, strings } from "../strings";
import { bytes } from "../times";
import type { Spilled } from "./kinds/spilled";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  notShown: (lines: number, size: string) => `${plural(lines, "line", "lines")} (${size}) of this output are not shown.`,
  read: "They are in a file. To read it, run in a cell:",
  copy: "Copy",
  show: "Show them",
  hide: "Hide them",
};

type Viewer = ComponentType<{ path: string; size: number }>;

export function SpilledNote({ item }: { item: Spilled }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const [Shown, setShown] = useState<Viewer | null>(null);
  const show = async () => {
    const { LongText } = await patiently(() => import("./files/long-text"));
    setShown(() => LongText);
  };
  const code = `print(open(${JSON.stringify(item.path)}).read())`;
  const copy = () => void navigator.clipboard.writeText(code).then(() => setCopied(true), () => undefined);
  return (
    <>
      <p class="note" data-testid="spilled">
        {words.notShown(item.lines, bytes(item.bytes))}
        {item.path !== "" && (
          <>
            {" "}
            <button type="button" class="quiet" aria-expanded={Shown !== null} data-testid="show-spilled" onClick={() => (Shown === null ? void show() : setShown(null))}>
              {Shown === null ? words.show : words.hide}
            </button>
            {` ${words.read} `}
            <code>{code}</code>{" "}
            <button type="button" class="quiet" data-testid="copy-spilled" onClick={copy}>
              {copied ? strings.copied : words.copy}
            </button>
          </>
        )}
      </p>
      {Shown !== null && <Shown path={item.path} size={item.bytes} />}
    </>
  );
}
