/** Choose a format, and the browser saves the worksheet in it. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Dialog } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { words } from "./format-strings";
import { Going, percent } from "./import-dialog";
import { exportFile, type Format } from "./transfer";

/** Long enough for a slow browser to have taken the file. */
const KEPT = 60_000;

export function ExportDialog({ onClose }: PanelProps): JSX.Element {
  const { files, worksheet } = useParts();
  const [going, setGoing] = useState<{ text: string; share?: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<readonly string[]>([]);
  const open = useRef(true);
  useEffect(() => () => void (open.current = false), []);
  const fetch = async (format: Format) => {
    setGoing({ text: words.preparing });
    setProblem(null);
    setDone([]);
    try {
      const file = await exportFile(files.link, worksheet.id, format, (name, share) => setGoing({ text: words.receiving(name, percent(share)), share }));
      if (!open.current) return;
      const isPage = format === "page" || format === "slides";
      if (isPage) setGoing({ text: words.completing });
      save(file.name, isPage ? await (await import("./whole-page")).wholePage(file.parts, files.link) : file.parts);
      const left = file.left_out ?? 0;
      setDone([words.downloaded(file.name), ...(left > 0 ? [words.shortened(left)] : [])]);
    } catch (error) {
      setProblem(errorText(error));
    }
    setGoing(null);
  };
  return (
    <Dialog label={words.exportTitle} class="dialog transfer" onClose={onClose}>
      <h2>{words.exportTitle}</h2>
      <ul class="formats">
        {Object.entries(words.formats).map(([format, [name, note]], index) => (
          <li key={format}>
            <button type="button" autofocus={index === 0} aria-disabled={going !== null} data-testid={`export-${format}`} onClick={() => going === null && void fetch(format as Format)}>
              <b>{name}</b>
              <small>{note}</small>
            </button>
          </li>
        ))}
      </ul>
      {going !== null && <Going text={going.text} share={going.share} />}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div role="status" data-testid="export-done">
        {done.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <div class="buttons">
        <button type="button" class="btn" onClick={onClose}>
          {strings.close}
        </button>
      </div>
    </Dialog>
  );
}

/** Give a file to the browser's downloads. Of no type that a browser shows: what others wrote is never opened as a page of this site. */
function save(name: string, parts: Uint8Array<ArrayBuffer>[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT);
}
