/** Outputs that most pages do not show, in one file: each further file that comes later would split those that all share. */

export { Area } from "./area";
export { FailureOutput } from "./failure";
export { SpilledNote } from "./spilled-note";
export { TerminalText } from "./terminal/terminal-text";
