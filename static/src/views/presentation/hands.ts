/** How a presentation is led: by keys, which a remote control presses too, and by a finger. */

import type { Parts } from "../../workbench/parts";
import type { Deck } from "./deck";

/** Pixels that a finger has to go to the side. */
const FAR = 60;

interface Doings {
  speak(): void;
  fullScreen(): void;
}

/** What a key press means while slides are shown; the function says whether it meant anything. */
export function keyActions(parts: Parts, deck: Deck, doings: Doings): (name: string, event: KeyboardEvent) => boolean {
  const next = () => deck.step(1);
  const before = () => deck.step(-1);
  const always: Record<string, () => void> = { PageDown: next, PageUp: before, "Shift-Enter": () => deck.run() };
  const unwritten: Record<string, () => void> = {
    ArrowRight: next,
    " ": next,
    ArrowLeft: before,
    Backspace: before,
    Home: () => deck.show(0),
    End: () => deck.show(deck.slides.peek().length - 1),
    s: () => doings.speak(),
    f: () => doings.fullScreen(),
  };
  return (name, event) => {
    if (event.target instanceof Element && event.target.closest("dialog, [role=menu], input, textarea, select") !== null) return false;
    const writes = parts.focus.mode.peek() === "edit";
    // A button that has the keyboard is pressed by Space.
    const pressed = name === " " && event.target instanceof Element && event.target.closest("button, a, summary") !== null;
    const act = always[name] ?? (writes || pressed ? undefined : unwritten[name]);
    act?.();
    return act !== undefined;
  };
}

/** A finger that goes to the side turns the page, unless it scrolls something or marks text. Returns what ends this. */
export function swipes(main: HTMLElement | null, deck: Deck): () => void {
  let from: Touch | null = null;
  const begin = (event: TouchEvent) => {
    const inside = event.target instanceof Element && event.target.closest(".cm-editor, .scroll, pre, table, iframe, canvas, input, fieldset");
    from = event.touches.length === 1 && !inside ? event.touches[0]! : null;
  };
  const end = (event: TouchEvent) => {
    const to = event.changedTouches[0];
    if (from === null || to === undefined) return;
    const across = to.clientX - from.clientX;
    if (Math.abs(across) > FAR && Math.abs(across) > 2 * Math.abs(to.clientY - from.clientY)) deck.step(across < 0 ? 1 : -1);
    from = null;
  };
  main?.addEventListener("touchstart", begin, { passive: true });
  main?.addEventListener("touchend", end, { passive: true });
  return () => {
    main?.removeEventListener("touchstart", begin);
    main?.removeEventListener("touchend", end);
  };
}
