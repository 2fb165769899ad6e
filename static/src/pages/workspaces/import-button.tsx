/** A worksheet of another program becomes a workspace: chosen by a button, or dropped on the list. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ENDS, isForeign, MAX_FILE, workspaceName } from "../../views/formats/foreign-files";
import { carried, go } from "../../router";
import { Icon } from "../../ui/icons";
import { workspaceCalls } from "./calls";
import { words } from "./strings";

interface Props {
  /** Tell why nothing came of it; null when something did. */
  onProblem(problem: string | null): void;
  onError(error: unknown): void;
}

export function ImportButton({ onProblem, onError }: Props): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const take = (file: File) => {
    if (!isForeign(file.name)) return onProblem(words.notImported(file.name));
    if (file.size > MAX_FILE) return onProblem(words.tooLarge);
    onProblem(null);
    workspaceCalls.create(workspaceName(file.name) || words.untitledWorkspace).then(({ workspace, document }) => {
      carried.file = file;
      carried.document = document.id;
      go(`/w/${workspace.id}/${document.id}`);
    }, onError);
  };
  const choose = (event: { readonly currentTarget: HTMLInputElement }) => {
    const [file] = event.currentTarget.files ?? [];
    // The same file, mended, may be chosen once more.
    event.currentTarget.value = "";
    if (file !== undefined) take(file);
  };
  useEffect(() => {
    const hear = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      // A browser would leave the page for it.
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (event.type === "drop" && file !== undefined) take(file);
    };
    const kinds = ["dragover", "drop"] as const;
    for (const kind of kinds) window.addEventListener(kind, hear);
    return () => kinds.forEach((kind) => window.removeEventListener(kind, hear));
  }, []);
  return (
    <>
      <input ref={field} type="file" hidden accept={ENDS} data-testid="import-workspace-file" onChange={choose} />
      <button type="button" class="btn" title={words.importTitle} data-testid="import-workspace" onClick={() => field.current?.click()}>
        <Icon name="share" />
        {words.importFile}
      </button>
    </>
  );
}
