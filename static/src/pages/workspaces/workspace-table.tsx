/** The table of workspaces. */

import type { JSX } from "preact";
import type { WorkspaceEntry } from "./calls";
import { nameOf } from "../../document/paths";
import { grouped, strings } from "../../strings";
import { Avatars } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { addressOf, Edited, SessionState } from "./entry";
import { plainTitle } from "../../prose/plain-title";
import { words } from "./strings";

interface Props {
  entries: readonly WorkspaceEntry[];
  onAsk: (kind: "rename" | "remove", entry: WorkspaceEntry) => void;
}

export function WorkspaceTable({ entries, onAsk }: Props): JSX.Element {
  const names = words.columns;
  return (
    <table class="list">
      <thead>
        <tr>
          <th>{names.name}</th>
          <th>{names.session}</th>
          <th class="wide">{names.people}</th>
          <th>{names.edited}</th>
          <th class="wide">{names.versions}</th>
          <th>
            <span class="hidden">{strings.moreActions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id} data-testid="workspace" data-workspace-id={entry.id}>
            <td>
              <a class="nm" href={addressOf(entry)} data-testid="open-workspace">
                <span class="g" aria-hidden="true">
                  {glyph(plainTitle(entry.name))}
                </span>
                <span>
                  <b>{plainTitle(entry.name)}</b>
                  <small>{subtitle(entry)}</small>
                </span>
              </a>
            </td>
            <td>
              <SessionState state={entry.session} />
            </td>
            <td class="wide">
              <Avatars people={entry.people} />
            </td>
            <td class="muted">
              <Edited time={entry.edited} />
            </td>
            <td class="wide muted num">{grouped(entry.versions)}</td>
            <td class="acts">
              {entry.role === "owner" && (
                <Menu
                  label={strings.actionsFor(entry.name)}
                  button={<Icon name="more" />}
                  entries={[
                    { label: strings.rename, run: () => onAsk("rename", entry) },
                    { label: strings.remove, run: () => onAsk("remove", entry) },
                  ]}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The letter that stands for a workspace, in the book face. */
function glyph(name: string): string {
  return [...name.trim()][0] ?? "∅";
}

function subtitle(entry: WorkspaceEntry): string {
  const titles = entry.documents.map((document) => plainTitle(document.title) || nameOf(document.path));
  return titles.length <= 2 ? titles.join(", ") : words.countDocuments(titles.length);
}
