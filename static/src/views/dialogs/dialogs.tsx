/** Which dialog is open over the sheet. */

import "../../common";
import type { JSX } from "preact";
import { strings } from "../../strings";
import { Ask } from "../../ui/basics";
import { useParts } from "../../workbench/parts";
import { KeyList } from "./key-list";
import { Palette } from "./palette";
import { ShareDialog } from "./share-dialog";

export function Dialogs(): JSX.Element | null {
  const { focus, panels } = useParts();
  const close = () => {
    panels.close();
    focus.again();
  };
  switch (panels.open.value) {
    case "palette":
      return <Palette onClose={close} />;
    case "keys":
      return <KeyList onClose={close} />;
    case "share":
      return <ShareDialog onClose={close} />;
    case "name":
      return <Ask title={strings.nameVersion} label={strings.versionName} action={strings.saveVersion} onAnswer={(name) => void panels.save(name)} onClose={close} />;
    default:
      return null;
  }
}
