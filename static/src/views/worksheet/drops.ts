/** Files that are dropped on the page: they are imported, wherever they fall. */

import type { Parts } from "../../workbench/parts";

/** Hear them, until the returned function is called. An editor would else write the file's text into its cell, and a browser leave the page for it. */
export function takeDrops({ files, panels, worksheet }: Parts): () => void {
  const hear = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type !== "drop" || !worksheet.mayEdit.value) return;
    const [file] = event.dataTransfer.files;
    if (file === undefined) return;
    files.dropped.value = file;
    panels.show("importFile");
  };
  const kinds = ["dragover", "drop"] as const;
  for (const kind of kinds) window.addEventListener(kind, hear, true);
  return () => kinds.forEach((kind) => window.removeEventListener(kind, hear, true));
}
