/** The keyboard: one listener for the page, before any editor, that finds the command of a key press. */

import { useEffect } from "preact/hooks";
import { chord, KeyMap } from "./keys";
import { useParts } from "./parts";

/** Presses that start with these go to commands even from a field. */
const EVERYWHERE = new Set(["Ctrl-k", "Ctrl-s", "Ctrl-Shift-s", "Ctrl-Alt-h"]);

export function useKeyboard(): void {
  const { commands, focus, panels } = useParts();
  useEffect(() => {
    const keys = new KeyMap(commands);
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return;
      const name = chord(event);
      const mode = focus.mode.value;
      if (!heeds(event.target, name, mode === "edit")) return;
      if (panels.open.value === "history" && name === "Escape") return panels.close();
      if (name === "Escape" && mode === "edit" && !isWriting(event.target)) return focus.select(focus.active.peek());
      const found = keys.find(name, mode, event.timeStamp);
      if (found === null) return;
      event.preventDefault();
      event.stopPropagation();
      if (found !== "more") found.run();
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, [commands]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".cm-editor, input") !== null;
}

/** Whether a press at this element is for the sheet at all. */
function heeds(target: EventTarget | null, name: string, editing: boolean): boolean {
  if (!(target instanceof Element)) return true;
  if (EVERYWHERE.has(name)) return true;
  if (target.closest("dialog, [role=menu], input, textarea, select, aside")) return false;
  if (editing) return true;
  const plain = name === "Enter" || name === " " || name.startsWith("Arrow");
  return !(plain && target.closest("button, a, summary"));
}
