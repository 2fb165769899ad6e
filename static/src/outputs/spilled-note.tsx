/** Where the middle of a long output is, and how it is read. It comes with the first one. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { plural, strings } from "../strings";
import { bytes } from "../times";
import type { Spilled } from "./kinds/spilled";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  notShown: (lines: number, size: string) => `${plural(lines, "line", "lines")} (${size}) of this output are not shown.`,
  read: "They are in a file. To read it, run in a cell:",
  copy: "Copy",
};

export function SpilledNote({ item }: { item: Spilled }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const code = `print(open(${JSON.stringify(item.path)}).read())`;
  const copy = () => void navigator.clipboard.writeText(code).then(() => setCopied(true), () => undefined);
  return (
    <p class="note" data-testid="spilled">
      {words.notShown(item.lines, bytes(item.bytes))}
      {item.path !== "" && (
        <>
          {` ${words.read} `}
          <code>{code}</code>{" "}
          <button type="button" class="quiet" data-testid="copy-spilled" onClick={copy}>
            {copied ? strings.copied : words.copy}
          </button>
        </>
      )}
    </p>
  );
}
