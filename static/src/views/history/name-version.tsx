/** Asks for the name of a version. */

import type { JSX } from "preact";
import { strings } from "../../strings";
import { Ask } from "../../ui/basics";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";

export function NameVersion({ onClose }: PanelProps): JSX.Element {
  const { actions } = useParts();
  const save = (name: string) => void actions.saveVersion(name);
  return <Ask title={strings.nameVersion} label={strings.versionName} action={strings.saveVersion} onAnswer={save} onClose={onClose} />;
}
