/** Asks for the name of a version. */

import type { JSX } from "preact";
import { Ask } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { words } from "./strings";

export function NameVersion({ onClose }: PanelProps): JSX.Element {
  const { actions } = useParts();
  const save = (name: string) => void actions.saveVersion(name);
  return <Ask title={words.nameVersion} label={words.versionName} action={words.saveVersion} onAnswer={save} onClose={onClose} />;
}
