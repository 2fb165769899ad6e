/** Loads what an editor is made of, each part once: what takes keys, and what helps with them. */

type Assistance = Pick<typeof import("./assistance"), "assist" | "tab">;

let editor: Promise<typeof import("../editor-part")> | null = null;
let assistance: Promise<Assistance> | null = null;
let provide: () => Promise<Assistance> = () => Promise.reject(new Error("nobody provides the editor's help"));

export function loadEditor(): Promise<typeof import("../editor-part")> {
  return (editor ??= import("../editor-part"));
}

/** Say where the help comes from: a view has it in one file with what else comes right behind its first paint. */
export function assistWith(load: () => Promise<Assistance>): void {
  provide = load;
}

export function loadAssistance(): Promise<Assistance> {
  return (assistance ??= provide());
}
