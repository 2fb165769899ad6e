/** Every command with its name and keys: features register theirs; palette, key list, menus and keyboard read them all. */

import { Registry } from "../registry";
import type { Binding, Command } from "./keys";
import type { Bench } from "./parts";
import { viewCommands } from "./views";

/** The commands of one feature, made anew for each worksheet that is opened. */
export interface CommandSet {
  readonly id: string;
  commands(bench: Bench): readonly Command[];
}

export const commandSets = new Registry<CommandSet>();

/** A command; a key without a mode holds while writing as well. */
export function command(id: string, title: string, run: () => void, ...bindings: readonly (string | Binding)[]): Command {
  return { id, title, run, bindings: bindings.map((each) => (typeof each === "string" ? { keys: each } : each)) };
}

/** Keys that hold when a cell is chosen and nobody writes in it. */
export function chosen(keys: string): Binding {
  return { keys, mode: "command" };
}

/** Keys that hold even in a dialog or a field. */
export function everywhere(keys: string): Binding {
  return { keys, everywhere: true };
}

/** All commands for one open worksheet. Throws when two have one id. */
export function commandsOf(bench: Bench): Command[] {
  const all = new Registry<Command>();
  commandSets.all().forEach((set) => set.commands(bench).forEach((each) => all.add(each)));
  viewCommands(bench).forEach((each) => all.add(each));
  return [...all.all()];
}
