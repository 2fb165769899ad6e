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
  List: "workspaces:[Workspace]",
  Made: "workspace:Workspace document:Document",
});

export const workspaceCalls = {
  list: () => call<{ workspaces: readonly WorkspaceEntry[] }>("GET", "/api/workspaces", "List"),
  create: (name: string) => call<{ workspace: WorkspaceEntry; document: DocumentEntry }>("POST", "/api/workspaces", "Made", { name }),
  rename: (id: string, name: string) => call("PATCH", `/api/workspaces/${id}`, null, { name }),
  remove: (id: string) => call("DELETE", `/api/workspaces/${id}`, null, {}),
};
