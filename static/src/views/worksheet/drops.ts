/** Files that are dropped on the page: they are imported, wherever they fall. */

import { effect } from "@preact/signals";
import { carried } from "../../router";
import type { Parts } from "../../workbench/parts";

/** Hear them, until the returned function is called. An editor would else write the file's text into its cell, and a browser leave the page for it. */
export function takeDrops({ files, panels, worksheet }: Parts): () => void {
  const take = (file: File) => {
    files.dropped.value = file;
    panels.show("importFile");
  };
  // One that came before there was a workspace for it: it is sent once the server is there.
  const off = effect(() => {
    const { file } = carried;
    if (!worksheet.loaded.value || file === null) return;
    carried.file = null;
    queueMicrotask(() => take(file));
  });
  const hear = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type !== "drop" || !worksheet.mayEdit.value) return;
    const [file] = event.dataTransfer.files;
    if (file !== undefined) take(file);
  };
  const kinds = ["dragover", "drop"] as const;
  for (const kind of kinds) window.addEventListener(kind, hear, true);
  return () => {
    off();
    for (const kind of kinds) window.removeEventListener(kind, hear, true);
  };
}
