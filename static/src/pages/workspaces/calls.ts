/** Workspaces, by HTTP. */

import { callsWith } from "../../net/http";
import type { DocumentEntry } from "../../net/messages";

export interface WorkspaceEntry {
  readonly id: string;
  readonly name: string;
  readonly edited: string;
  readonly created: string;
  readonly versions: number;
  readonly session: string;
  readonly role: string;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly documents: readonly DocumentEntry[];
}

const call = callsWith({
  Person: "id name",
  Document: "id path title edited",
  Workspace: "id name edited created versions:i session role people:[Person] documents:[Document]",
  List: "workspaces:[Workspace] more:b",
  Made: "workspace:Workspace document:Document",
});

interface Page {
  readonly workspaces: readonly WorkspaceEntry[];
  readonly more: boolean;
}

/** Lists are answered a page at a time; so many pages are asked for at most. */
const MOST_PAGES = 20;

const list = async (): Promise<readonly WorkspaceEntry[]> => {
  const found: WorkspaceEntry[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const last = found.at(-1);
    const after = last === undefined ? "" : `?after=${last.id}`;
    const answer = await call<Page>("GET", `/api/workspaces${after}`, "List");
    found.push(...answer.workspaces);
    if (!answer.more) break;
  }
  return found;
};

export const workspaceCalls = {
  list,
  create: (name: string) => call<{ workspace: WorkspaceEntry; document: DocumentEntry }>("POST", "/api/workspaces", "Made", { name }),
  rename: (id: string, name: string) => call("PATCH", `/api/workspaces/${id}`, null, { name }),
  remove: (id: string) => call("DELETE", `/api/workspaces/${id}`, null, {}),
};
