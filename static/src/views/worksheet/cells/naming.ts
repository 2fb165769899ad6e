/** Names a workspace from its worksheet. */

import type { Worksheet } from "../../../document/worksheet";
import { callsWith } from "../../../net/http";
import type { Socket } from "../../../net/socket";
import { strings } from "../../../strings";

const call = callsWith({});

/** Give the workspace a name; when that is refused, people are told why. */
export async function nameWorkspace(socket: Socket, worksheet: Worksheet, name: string): Promise<void> {
  try {
    await call("PATCH", `/api/workspaces/${socket.workspace}`, null, { name });
    socket.named(name);
  } catch (error) {
    worksheet.notices.show((error instanceof Error && error.message) || strings.failed);
  }
}
