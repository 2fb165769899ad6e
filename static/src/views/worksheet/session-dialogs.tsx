/** Questions before the variables of a session are thrown away. */

import "../../common";
import type { JSX } from "preact";
import { strings } from "../../strings";
import { Confirm } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { words } from "./session-strings";

const names = strings.commands;

export function AskRestart({ onClose }: PanelProps): JSX.Element {
  const { worksheet } = useParts();
  return <Confirm text={words.askRestart} action={names.restart} onYes={() => worksheet.session.restart()} onClose={onClose} />;
}

export function AskRestartAndRunAll({ onClose }: PanelProps): JSX.Element {
  const { worksheet } = useParts();
  return <Confirm text={words.askRestartAndRunAll} action={names.restartAndRunAll} onYes={() => worksheet.restartAndRunAll()} onClose={onClose} />;
}

export function AskStop({ onClose }: PanelProps): JSX.Element {
  const { worksheet } = useParts();
  return <Confirm text={words.askStop} action={names.stopSession} onYes={() => worksheet.session.stop()} onClose={onClose} />;
}
