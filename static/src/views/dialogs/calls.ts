/** Who may use a workspace, by HTTP. */

import { callsWith } from "../../net/http";

export interface Member {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly role: string;
  readonly may_run: boolean;
}

export interface Members {
  readonly people: readonly Member[];
}

const call = callsWith({ User: "id name email", Member: "user:User role may_run:b", Members: "people:[Member]" });
const address = (workspace: string) => `/api/workspaces/${workspace}/people`;

export const sharingCalls = {
  people: (workspace: string) => call<Members>("GET", address(workspace), "Members"),
  share: (workspace: string, email: string, role: string) =>
    call<Members>("POST", address(workspace), "Members", { email, role, may_run: role !== "viewer" }),
  unshare: (workspace: string, user: string) => call<Members>("DELETE", address(workspace), "Members", { user }),
};
