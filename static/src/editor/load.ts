/** Loads the editor's chunk, once. */

let editor: Promise<typeof import("./editor")> | null = null;

export function loadEditor(): Promise<typeof import("./editor")> {
  return (editor ??= import("./editor"));
}
