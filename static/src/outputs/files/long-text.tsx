/** The middle of a long output, from the file that it went into: one part of it is in the page, wherever somebody reads. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { errorText, IconButton } from "../../ui/basics";
import { useParts } from "../../workbench/parts";
import { readFile, readPart, save } from "./reading";
import { words } from "./strings";

const SHOWN = 64 * 1024;
/** A line that begins in a part is shown in it as a whole, if it is not longer than this. */
const BEHIND = 8 * 1024;

/** The lines that begin in a part; of the bytes that follow it, the rest of the last one. */
export function linesOf(data: Uint8Array, first: boolean): string {
  const NEWLINE = 10;
  const begin = first ? 0 : data.indexOf(NEWLINE) + 1;
  const end = data.indexOf(NEWLINE, SHOWN - (first ? 1 : 0));
  return new TextDecoder().decode(data.subarray(Math.min(begin, data.length), end < 0 ? data.length : end + 1));
}

export function LongText({ path, size }: { path: string; size: number }): JSX.Element {
  const { files } = useParts();
  const [part, setPart] = useState(0);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const count = Math.max(1, Math.ceil(size / SHOWN));
  useEffect(() => {
    let here = true;
    // One byte before, so that a line that begins with the part is known to do so.
    const offset = Math.max(0, part * SHOWN - 1);
    readPart(files.link, path, offset, SHOWN + BEHIND).then(
      ({ data }) => here && (setText(linesOf(data, part === 0)), setProblem("")),
      (error: unknown) => here && setProblem(errorText(error)),
    );
    return () => void (here = false);
  }, [part, path]);
  const download = () =>
    void readFile(files.link, path, () => true).then(
      (parts) => parts !== null && save("output.txt", parts),
      (error: unknown) => setProblem(errorText(error)),
    );
  return (
    <div class="longtext" data-testid="long-text">
      <div class="rowtools">
        <IconButton icon="back" label={words.previous} disabled={part === 0} onClick={() => setPart(part - 1)} />
        <input type="range" min={0} max={count - 1} value={part} aria-label={words.place} aria-valuetext={words.part(part + 1, count)} onInput={(event) => setPart(Number(event.currentTarget.value))} />
        <IconButton icon="back" turned label={words.next} disabled={part >= count - 1} testId="next-part" onClick={() => setPart(part + 1)} />
        <span role="status">{words.part(part + 1, count)}</span>
        <button type="button" class="quiet" onClick={download}>{words.downloadAll}</button>
      </div>
      {problem !== "" && <p class="note" role="alert">{problem}</p>}
      <pre class="stream" tabIndex={0}>{text}</pre>
    </div>
  );
}
