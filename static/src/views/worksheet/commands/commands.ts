/** What can be done with cells and their session, with the keys for it. */

import { strings } from "../../../strings";
import { patiently } from "../../../patience";
import { chosen, command } from "../../../workbench/commands";
import type { Command } from "../../../workbench/keys";
import type { Arranging } from "./arranging";
import type { Bench } from "../../../workbench/parts";

const names = strings.commands;
/** What is not needed before the first key comes with it. */
const later = (bench: Bench, act: Arranging) => () => void patiently(() => import("./arranging")).then((module) => module[act](bench));

export function cellCommands(bench: Bench): readonly Command[] {
  return [...running(bench), ...writing(bench), ...arranging(bench)];
}

function running(bench: Bench): Command[] {
  const { actions, panels, worksheet } = bench;
  const { session } = worksheet;
  // What a session has computed can't be brought back: where there is something to lose, people are asked.
  const asked = (panel: string, act: () => void) => () => (session.alive.value ? panels.show(panel) : act());
  return [
    command("runAndGoOn", names.runAndGoOn, () => actions.runAndGoOn(), "Shift-Enter"),
    command("runHere", names.runHere, () => actions.runHere(), "Ctrl-Enter"),
    command("runAndInsert", names.runAndInsert, () => actions.runAndInsert(), "Alt-Enter"),
    command("runSection", names.runSection, () => actions.runSection(), "Ctrl-Shift-Enter"),
    command("runAll", names.runAll, () => worksheet.runAll()),
    command("runStale", names.runStale, () => worksheet.runStale(false), "F9"),
    command("reactive", names.reactive, () => worksheet.switchReactive()),
    command("runStaleHere", names.runStaleHere, () => worksheet.runStale(true), "Shift-F9"),
    command("runAbove", names.runAbove, later(bench, "runAbove")),
    command("runFrom", names.runFrom, later(bench, "runFrom")),
    command("interrupt", names.interrupt, () => session.interrupt(), "Ctrl-."),
    command("restart", names.restart, asked("restart", () => session.restart()), chosen("0 0")),
    command("restartAndRunAll", names.restartAndRunAll, asked("restartAndRunAll", () => worksheet.restartAndRunAll())),
    command("stopSession", names.stopSession, asked("stopSession", () => session.stop())),
  ];
}

function writing(bench: Bench): Command[] {
  const { actions, focus, panels, worksheet } = bench;
  return [
    command("renameWorksheet", names.renameWorksheet, () => worksheet.mayEdit.value && panels.show("renameWorksheet")),
    command("edit", names.edit, () => actions.active && !worksheet.refuses([actions.active.id]) && focus.edit(actions.active.id), chosen("Enter"), chosen("F2")),
    command("insertBelow", names.insertBelow, () => actions.insertNear("code", "after"), chosen("b")),
    command("insertAbove", names.insertAbove, () => actions.insertNear("code", "before"), chosen("a")),
    command("insertText", names.insertText, () => actions.insertNear("text", "after")),
    command("insertSection", names.insertSection, () => actions.insertNear("section", "after")),
    command("toText", names.toText, later(bench, "toText"), chosen("m")),
    command("toCode", names.toCode, later(bench, "toCode"), chosen("y")),
    command("toSection", names.toSection, later(bench, "toSection"), chosen("h")),
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
  const { actions, focus, panels } = bench;
  return [
    command("extendUp", names.extendUp, later(bench, "extendUp"), chosen("Shift-ArrowUp"), chosen("Shift-k")),
    command("extendDown", names.extendDown, later(bench, "extendDown"), chosen("Shift-ArrowDown"), chosen("Shift-j")),
    command("chooseSection", names.chooseSection, later(bench, "chooseSection"), chosen("Shift-s")),
    command("chooseAll", names.chooseAll, later(bench, "chooseAll"), chosen("Ctrl-a")),
    command("split", names.split, later(bench, "split"), { keys: "Ctrl-;", mode: "edit" }),
    command("join", names.join, later(bench, "join"), chosen("Shift-m")),
    command("previous", names.previous, () => void focus.step(-1), chosen("ArrowUp"), chosen("k")),
    command("next", names.next, () => void focus.step(1), chosen("ArrowDown"), chosen("j")),
    command("moveUp", names.moveUp, later(bench, "moveUp"), chosen("Alt-ArrowUp")),
    command("moveDown", names.moveDown, later(bench, "moveDown"), chosen("Alt-ArrowDown")),
    command("deeper", names.deeper, later(bench, "deeper"), chosen("Ctrl-]"), chosen(">")),
    command("shallower", names.shallower, later(bench, "shallower"), chosen("Ctrl-["), chosen("<")),
    command("fold", names.fold, () => actions.fold(true), chosen("ArrowLeft")),
    command("unfold", names.unfold, () => actions.fold(false), chosen("ArrowRight")),
    command("foldOutput", names.foldOutput, later(bench, "foldOutput"), chosen("o")),
    command("hideInput", names.hideInput, later(bench, "hideInput")),
    command("protect", names.protect, later(bench, "protect")),
    command("autoRun", names.autoRun, later(bench, "autoRun")),
    command("tags", names.tags, () => panels.show("tags"), chosen("t")),
    command("clearOutput", names.clearOutput, () => actions.clearOutput()),
    command("clearAllOutputs", names.clearAllOutputs, () => actions.clearAllOutputs()),
  ];
}
