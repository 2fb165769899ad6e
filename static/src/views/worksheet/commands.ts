/** What can be done with cells and their session, with the keys for it. */

import { strings } from "../../strings";
import { patiently } from "../../patience";
import { chosen, command } from "../../workbench/commands";
import type { Command } from "../../workbench/keys";
import type { Bench } from "../../workbench/parts";

const names = strings.commands;
const loadArranging = () => patiently(() => import("./arranging"));

export function cellCommands(bench: Bench): readonly Command[] {
  return [...running(bench), ...writing(bench), ...arranging(bench)];
}

function running({ actions, panels, worksheet }: Bench): Command[] {
  const { session } = worksheet;
  // What a session has computed can't be brought back: where there is something to lose, people are asked.
  const asked = (panel: string, act: () => void) => () => (session.alive.value ? panels.show(panel) : act());
  return [
    command("runAndGoOn", names.runAndGoOn, () => actions.runAndGoOn(), "Shift-Enter"),
    command("runHere", names.runHere, () => actions.runHere(), "Ctrl-Enter"),
    command("runAndInsert", names.runAndInsert, () => actions.runAndInsert(), "Alt-Enter"),
    command("runSection", names.runSection, () => actions.runSection(), "Ctrl-Shift-Enter"),
    command("runAll", names.runAll, () => worksheet.runAll()),
    command("runAbove", names.runAbove, () => actions.runAbove()),
    command("runFrom", names.runFrom, () => actions.runFrom()),
    command("interrupt", names.interrupt, () => session.interrupt(), "Ctrl-."),
    command("restart", names.restart, asked("restart", () => session.restart()), chosen("0 0")),
    command("restartAndRunAll", names.restartAndRunAll, asked("restartAndRunAll", () => worksheet.restartAndRunAll())),
    command("stopSession", names.stopSession, asked("stopSession", () => session.stop())),
  ];
}

function writing({ actions, focus, panels, worksheet }: Bench): Command[] {
  return [
    command("renameWorksheet", names.renameWorksheet, () => worksheet.mayEdit.value && panels.show("renameWorksheet")),
    command("edit", names.edit, () => actions.active && focus.edit(actions.active.id), chosen("Enter"), chosen("F2")),
    command("insertBelow", names.insertBelow, () => actions.insertNear("code", "after"), chosen("b")),
    command("insertAbove", names.insertAbove, () => actions.insertNear("code", "before"), chosen("a")),
    command("insertText", names.insertText, () => actions.insertNear("text", "after")),
    command("insertSection", names.insertSection, () => actions.insertNear("section", "after")),
    command("toText", names.toText, () => actions.setType("text"), chosen("m")),
    command("toCode", names.toCode, () => actions.setType("code"), chosen("y")),
    command("toSection", names.toSection, () => actions.setType("section"), chosen("h")),
    command("remove", names.remove, () => actions.remove(), chosen("d d")),
    command("undo", names.undo, () => actions.undo(), chosen("z")),
    command("redo", names.redo, () => actions.redo(), chosen("Shift-z")),
    command("cut", names.cut, () => actions.cut(), chosen("x")),
    command("copy", names.copy, () => actions.copy(), chosen("c")),
    command("paste", names.paste, () => actions.paste(), chosen("v")),
    command("duplicate", names.duplicate, () => actions.duplicate()),
  ];
}

function arranging(bench: Bench): Command[] {
  const { actions, focus } = bench;
  const later = (act: "extendUp" | "extendDown" | "chooseAll" | "split" | "join") => () => void loadArranging().then((module) => module[act](bench));
  return [
    command("extendUp", names.extendUp, later("extendUp"), chosen("Shift-ArrowUp"), chosen("Shift-k")),
    command("extendDown", names.extendDown, later("extendDown"), chosen("Shift-ArrowDown"), chosen("Shift-j")),
    command("chooseAll", names.chooseAll, later("chooseAll"), chosen("Ctrl-a")),
    command("split", names.split, later("split"), { keys: "Ctrl-;", mode: "edit" }),
    command("join", names.join, later("join"), chosen("Shift-m")),
    command("previous", names.previous, () => void focus.step(-1), chosen("ArrowUp"), chosen("k")),
    command("next", names.next, () => void focus.step(1), chosen("ArrowDown"), chosen("j")),
    command("moveUp", names.moveUp, () => actions.move(-1), chosen("Alt-ArrowUp")),
    command("moveDown", names.moveDown, () => actions.move(1), chosen("Alt-ArrowDown")),
    command("deeper", names.deeper, () => actions.deepen(1), chosen("Ctrl-]"), chosen(">")),
    command("shallower", names.shallower, () => actions.deepen(-1), chosen("Ctrl-["), chosen("<")),
    command("fold", names.fold, () => actions.fold(true), chosen("ArrowLeft")),
    command("unfold", names.unfold, () => actions.fold(false), chosen("ArrowRight")),
    command("foldOutput", names.foldOutput, () => actions.toggleActive("foldOutput"), chosen("o")),
    command("hideInput", names.hideInput, () => actions.toggleActive("hideInput")),
    command("clearOutput", names.clearOutput, () => actions.clearOutput()),
    command("clearAllOutputs", names.clearAllOutputs, () => actions.clearAllOutputs()),
  ];
}
