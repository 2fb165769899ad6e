/** The keyboard: one listener for the page, before any editor, that finds the command of a key press. */

import { useEffect } from "preact/hooks";
import { chord, KeyMap, Typed } from "./keys";
import { useParts } from "./parts";

/** Commands of one or two letters that take something away, or make something else of a cell. */
const DANGEROUS = /^(remove|cut|join|restart|to[TCS])/;

export function useKeyboard(): void {
  const { commands, focus, panels, worksheet } = useParts();
  useEffect(() => {
    const keys = new KeyMap(commands);
    const typed = new Typed();
    const everywhere = new Set(commands.flatMap((each) => each.bindings.filter((binding) => binding.everywhere).map((binding) => binding.keys)));
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return;
      const name = chord(event);
      if (panels.keys?.(name, event)) {
        event.stopPropagation();
        return event.preventDefault();
      }
      const mode = focus.mode.value;
      if (!everywhere.has(name) && !heeds(event.target, name, mode === "edit")) return;
      // The browser would mark the whole page, which is of no use, and hides which cell is chosen.
      if (name === "Ctrl-a" && mode === "lost") return event.preventDefault();
      // Whoever types on has not seen yet that the cell is gone: nothing of it may run, delete or insert.
      if (mode === "lost" && !everywhere.has(name)) return name === "Escape" ? focus.select(focus.active.peek()) : undefined;
      const shown = [panels.around, panels.beside].find((place) => place.value !== null);
      if (name === "Escape" && shown && mode !== "edit") return void (shown.value = null);
      if (name === "Escape" && mode === "edit" && !isWriting(event.target)) return focus.select(focus.active.peek());
      const sign = mode === "command" && (name.length === 1 || /^(Shift-.|Enter|Backspace)$/.test(name));
      if (sign && !event.repeat && typed.isText(name, event.timeStamp)) {
        // Space would scroll.
        event.preventDefault();
        return worksheet.notices.show("typed");
      }
      const found = keys.find(name, mode, event.timeStamp, event.repeat);
      if (found === null) return;
      event.preventDefault();
      event.stopPropagation();
      if (found !== "more") typed.act(found.run, mode === "command" && DANGEROUS.test(found.id));
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
  if (target.closest("dialog, [role=menu], input, textarea, select, aside, fieldset")) return false;
  if (editing) return true;
  const plain = name === "Enter" || name === " " || name.startsWith("Arrow");
  return !(plain && target.closest("button, a, summary"));
}
