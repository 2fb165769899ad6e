/** Loads the editor's chunk, once. */

let editor: Promise<typeof import("../editor/editor")> | null = null;

export function loadEditor(): Promise<typeof import("../editor/editor")> {
  return (editor ??= import("../editor/editor"));
}
