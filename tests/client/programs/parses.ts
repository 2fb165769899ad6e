/** Whether the client takes a frame for a message of the server. */

import { parseMessage } from "client/net/messages";
import { answering } from "./answering";

await answering((frame: string) => parseMessage(frame) !== null);
