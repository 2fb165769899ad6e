/** Keeps the end of the cell that runs in the window, from one cell that waits to the next, where that was chosen. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Worksheet } from "../../../document/worksheet";
import { useParts, type Bench } from "../../../workbench/parts";
import { words } from "../later-strings";
import { choicesOf } from "./choices";
import { Following, isOwnMove, wayTo } from "./following";

const all = new WeakMap<Worksheet, Following>();

function followingOf(bench: Bench): Following {
  const found = all.get(bench.worksheet) ?? new Following(() => choicesOf(bench).follow.on.peek());
  all.set(bench.worksheet, found);
  return found;
}

function runningIn({ runs }: Worksheet): string | null {
  return runs.busy.value.find(({ run }) => run.state === "running")?.run.cell ?? null;
}

/** Scroll to the end of the cell that runs, if it is shown and not there yet. */
function move(cell: string): void {
  const window = document.getElementById("content");
  const shown = window?.querySelector(`[data-cell-id="${CSS.escape(cell)}"]`);
  if (!window || !shown) return;
  const way = wayTo(shown.getBoundingClientRect(), window.getBoundingClientRect());
  if (way !== 0) window.scrollTop += way;
}

/** Follow or not; whoever chooses it is taken along at once. */
export function switchFollow(bench: Bench): void {
  followingOf(bench).resume();
  bench.worksheet.notices.show(choicesOf(bench).follow.toggle() ? words.follows : words.stays);
}

/** Go to the cell that runs, also out of folded sections; whoever follows is taken along from there on. */
export function goToRunning(bench: Bench): void {
  const cell = runningIn(bench.worksheet);
  if (cell === null) return bench.worksheet.notices.announce(words.nothingRuns);
  followingOf(bench).resume();
  bench.actions.goTo(cell);
  // It is put in the middle of the window a frame later; its end counts.
  requestAnimationFrame(() => requestAnimationFrame(() => move(cell)));
}

/** Follow what runs, for as long as a worksheet is shown. */
export function useFollowing(): void {
  const parts = useParts();
  useEffect(() => {
    const { runs } = parts.worksheet;
    const following = followingOf(parts);
    const sheet = document.getElementById("content");
    if (sheet === null) return;
    let asked = runs.asked;
    let running: string | null = null;
    const go = () => running !== null && following.on && move(running);
    const end = effect(() => {
      if (runs.busy.value.length === 0 || runs.asked !== asked) following.resume();
      asked = runs.asked;
      const now = runningIn(parts.worksheet);
      const chosen = choicesOf(parts).follow.on.value;
      if (now === running && !chosen) return;
      running = now;
      requestAnimationFrame(go);
    });
    const sizes = new ResizeObserver(go);
    for (const child of sheet.children) sizes.observe(child);
    const leave = () => following.leave();
    const press = (event: KeyboardEvent) => {
      const elsewhere = event.target instanceof Element && event.target.closest("dialog, [role=menu]") !== null;
      if (!elsewhere && isOwnMove(event)) leave();
    };
    // The bar beside the sheet is the sheet itself.
    const held = (event: PointerEvent) => event.target === sheet && leave();
    const options = { capture: true, passive: true } as const;
    sheet.addEventListener("wheel", leave, options);
    sheet.addEventListener("touchmove", leave, options);
    sheet.addEventListener("pointerdown", held, options);
    window.addEventListener("keydown", press, options);
    return () => {
      end();
      sizes.disconnect();
      sheet.removeEventListener("wheel", leave, options);
      sheet.removeEventListener("touchmove", leave, options);
      sheet.removeEventListener("pointerdown", held, options);
      window.removeEventListener("keydown", press, options);
    };
  }, [parts]);
}
