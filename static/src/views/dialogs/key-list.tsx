/** All keys in one list. */

import type { JSX } from "preact";
import type { Binding } from "../../workbench/keys";
import { keyLabel } from "../../workbench/keys";
import { strings } from "../../strings";
import { IconButton } from "../../ui/basics";
import { Dialog } from "../../ui/dialogs";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { words } from "./strings";

export function KeyList({ onClose }: PanelProps): JSX.Element {
  const { commands } = useParts();
  const list = (wanted: (binding: Binding) => boolean) =>
    commands
      .map((command) => ({ title: command.title, keys: command.bindings.filter(wanted) }))
      .filter((entry) => entry.keys.length > 0);
  const groups = [
    { title: words.keysBoth, rows: list((binding) => binding.mode === undefined) },
    { title: words.keysCommand, rows: list((binding) => binding.mode === "command") },
  ];
  return (
    <Dialog label={words.keysTitle} class="dialog keys" onClose={onClose}>
      <div class="hd">
        <h2>{words.keysTitle}</h2>
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </div>
      <p class="muted">{words.keysNote}</p>
      <div class="columns">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.rows.map((row) => (
                <div key={row.title}>
                  <dt>{row.title}</dt>
                  <dd>
                    {row.keys.map((binding) => (
                      <kbd key={binding.keys}>{keyLabel(binding.keys)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
