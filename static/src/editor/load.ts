/** Loads the editor's two chunks, each once: what takes keys, and what helps with them. */

let editor: Promise<typeof import("./editor")> | null = null;
let assistance: Promise<typeof import("./assistance")> | null = null;

export function loadEditor(): Promise<typeof import("./editor")> {
  return (editor ??= import("./editor"));
}

export function loadAssistance(): Promise<typeof import("./assistance")> {
  return (assistance ??= import("./assistance"));
}
