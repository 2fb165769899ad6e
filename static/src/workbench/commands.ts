/** Every command with its name and keys: the palette, the key list and the keyboard all read this one table. */

import { strings } from "../strings";
import type { Actions } from "./actions";
import type { Binding, Keyed } from "./keys";
import type { Panels } from "./panels";

export interface Command extends Keyed {
  readonly title: string;
  readonly run: () => void;
}

export function commandsOf(actions: Actions, panels: Panels): Command[] {
  const { worksheet, focus } = actions;
  const names = strings.commands;
  const command = (id: keyof typeof names, run: () => void, ...bindings: (string | Binding)[]): Command => ({
    id,
    title: names[id],
    run,
    bindings: bindings.map((binding) => (typeof binding === "string" ? { keys: binding } : binding)),
  });
  const sheet = (keys: string): Binding => ({ keys, mode: "command" });
  return [
    command("runAndGoOn", () => actions.runAndGoOn(), "Shift-Enter"),
    command("runHere", () => actions.runHere(), "Ctrl-Enter"),
    command("runAndInsert", () => actions.runAndInsert(), "Alt-Enter"),
    command("runSection", () => actions.runSection(), "Ctrl-Shift-Enter"),
    command("runAll", () => worksheet.runAll()),
    command("runAbove", () => actions.runAbove()),
    command("interrupt", () => worksheet.interrupt(), "Ctrl-."),
    command("restart", () => worksheet.restart(), sheet("0 0")),
    command("stopSession", () => worksheet.stopSession()),
    command("save", () => void panels.save(), "Ctrl-s"),
    command("nameVersion", () => panels.show("name"), "Ctrl-Shift-s"),
    command("history", () => panels.toggle("history"), "Ctrl-Alt-h"),
    command("palette", () => panels.toggle("palette"), "Ctrl-k"),
    command("keys", () => panels.toggle("keys"), sheet("?")),
    command("edit", () => actions.active && focus.edit(actions.active.id), sheet("Enter")),
    command("insertBelow", () => actions.insertNear("code", "after"), sheet("b")),
    command("insertAbove", () => actions.insertNear("code", "before"), sheet("a")),
    command("insertText", () => actions.insertNear("text", "after")),
    command("insertSection", () => actions.insertNear("section", "after")),
    command("toText", () => actions.setType("text"), sheet("m")),
    command("toCode", () => actions.setType("code"), sheet("y")),
    command("toSection", () => actions.setType("section"), sheet("h")),
    command("remove", () => actions.remove(), sheet("d d")),
    command("undo", () => actions.undo(), sheet("z")),
    command("redo", () => actions.redo(), sheet("Shift-z")),
    command("cut", () => actions.cut(), sheet("x")),
    command("copy", () => actions.copy(), sheet("c")),
    command("paste", () => actions.paste(), sheet("v")),
    command("duplicate", () => actions.duplicate()),
    command("previous", () => void focus.step(-1), sheet("ArrowUp"), sheet("k")),
    command("next", () => void focus.step(1), sheet("ArrowDown"), sheet("j")),
    command("moveUp", () => actions.move(-1), sheet("Alt-ArrowUp")),
    command("moveDown", () => actions.move(1), sheet("Alt-ArrowDown")),
    command("deeper", () => actions.deepen(1), sheet("Ctrl-]")),
    command("shallower", () => actions.deepen(-1), sheet("Ctrl-[")),
    command("fold", () => actions.fold(true), sheet("ArrowLeft")),
    command("unfold", () => actions.fold(false), sheet("ArrowRight")),
    command("foldOutput", () => actions.toggleActive("foldOutput"), sheet("o")),
    command("hideInput", () => actions.toggleActive("hideInput")),
    command("share", () => panels.show("share")),
    command("theme", () => panels.switchTheme()),
    command("workspaces", () => panels.leave("/workspaces")),
    command("settings", () => panels.leave("/settings")),
  ];
}
