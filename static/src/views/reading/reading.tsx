/** The reading view: the sheet with nothing in it that is for writing, and a bar with what a reader may want. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../../ui/basics";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { keepPreferences, loadPreferences, nextSize, SIZES, type Preferences } from "./preferences";
import { words } from "./strings";

export function Reading({ onClose }: PanelProps): JSX.Element {
  const { focus, panels } = useParts();
  const [liked, like] = useState(loadPreferences);
  const change = (part: Partial<Preferences>) => like((before) => ({ ...before, ...part }));
  useEffect(() => {
    keepPreferences(liked);
    return show(liked);
  }, [liked]);
  useEffect(() => {
    if (focus.mode.peek() === "edit") focus.select(focus.active.peek());
    const quiet = hush();
    panels.keys = (name, event) => press(name, event, like);
    return () => {
      panels.keys = null;
      quiet();
    };
  }, []);
  const resize = (by: -1 | 1) => change({ size: nextSize(liked.size, by) });
  return (
    <div class="reading" role="toolbar" aria-label={words.bar} data-testid="reading">
      <button type="button" class="btn q" aria-label={words.smaller} title={words.smaller} disabled={liked.size === SIZES[0]} onClick={() => resize(-1)}>
        <span class="little">A</span>
      </button>
      <span class="num" role="status">{words.size(liked.size)}</span>
      <button type="button" class="btn q" aria-label={words.larger} title={words.larger} disabled={liked.size === SIZES.at(-1)} onClick={() => resize(1)}>
        <span class="large">A</span>
      </button>
      <button type="button" class="btn q" aria-pressed={liked.code} onClick={() => change({ code: !liked.code })}>{words.code}</button>
      <button type="button" class="btn q wide" aria-pressed={liked.fromTheRight} onClick={() => change({ fromTheRight: !liked.fromTheRight })}>{words.fromTheRight}</button>
      <button type="button" class="btn q wide" onClick={() => window.print()}>{words.print}</button>
      <IconButton icon="close" label={words.end} testId="end-reading" onClick={onClose} />
    </div>
  );
}

/** Give the page the size, side and contents that a reader likes; returns what takes it back. */
function show(liked: Preferences): () => void {
  const page = document.querySelector<HTMLElement>(".sheet-page");
  page?.style.setProperty("--reading", String(liked.size / 100));
  page?.classList.toggle("with-code", liked.code);
  page?.querySelector(".doc")?.setAttribute("dir", liked.fromTheRight ? "rtl" : "ltr");
  return () => {
    page?.style.removeProperty("--reading");
    page?.classList.remove("with-code");
    page?.querySelector(".doc")?.removeAttribute("dir");
  };
}

/** A click chooses no cell and begins no writing; links, buttons and what is in outputs do what they do. */
function hush(): () => void {
  const sheet = document.querySelector(".main");
  const still = (event: Event) => {
    const own = event.target instanceof Element && event.target.closest("a, button, input, select, textarea, summary, .out");
    if (!own) event.stopPropagation();
  };
  const kinds = ["click", "mousedown"] as const;
  kinds.forEach((kind) => sheet?.addEventListener(kind, still, true));
  return () => kinds.forEach((kind) => sheet?.removeEventListener(kind, still, true));
}

/** Keys that would do something to a cell do nothing; whoever reads scrolls with them. */
function press(name: string, event: KeyboardEvent, like: (change: (before: Preferences) => Preferences) => void): boolean {
  if (event.target instanceof Element && event.target.closest("dialog, [role=menu], input, textarea, select") !== null) return false;
  const change = (part: (before: Preferences) => Partial<Preferences>) => like((before) => ({ ...before, ...part(before) }));
  if (name === "+" || name === "=") change(({ size }) => ({ size: nextSize(size, 1) }));
  else if (name === "-") change(({ size }) => ({ size: nextSize(size, -1) }));
  else if (name === "c") change(({ code }) => ({ code: !code }));
  else return /^(?!(Escape|Tab|Shift-Tab)$)(Shift-)?(.|Backspace|Delete)$/.test(name) && name !== " " && name !== "?";
  return true;
}
