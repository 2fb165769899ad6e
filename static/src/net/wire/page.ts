/** What a page says.
 *
 * Made by scripts/client_types.py from the types in sagews/wire/: change those, then make this anew. */

import type { Json } from "../json";

/** Asks for everything that is known of names. */
export interface AskNames {
  readonly type: "names";
  readonly request: number;
  readonly document: string;
}

/** One cell to run: its id, the run id that the page chose, and the SHA-256 of the source that the page shows. */
export interface CellRun {
  readonly cell: string;
  readonly run: string;
  readonly hash: string;
}

/** What somebody says: `text` is the answer to an input, and may be a password; the rest is for an interact. */
export interface ChannelBody {
  readonly text?: string | null;
  readonly values?: Record<string, Json> | null;
  readonly pressed?: string | null;
  readonly serial?: number;
}

/** Says something over a channel. */
export interface ChannelMessage {
  readonly type: "channel_message";
  readonly document: string;
  readonly run: string;
  readonly channel: number;
  readonly body: ChannelBody;
}

/** Deletes the output of cells that do not run now; of all cells without a list. */
export interface ClearOutputs {
  readonly type: "clear_outputs";
  readonly document: string;
  readonly cells?: readonly string[] | null;
}

/** Ends an open. */
export interface Close {
  readonly type: "close";
  readonly document: string;
}

/** Asks what may follow at the cursor (in code points). */
export interface Complete {
  readonly type: "complete";
  readonly document: string;
  readonly request: number;
  readonly code: string;
  readonly cursor: number;
}

/** Makes a new, empty worksheet. */
export interface Create {
  readonly type: "create";
  readonly request: number;
  readonly path: string;
}

/** Asks what changed in a version, against the one before or another; `whole` for all that it holds instead. */
export interface Difference {
  readonly type: "difference";
  readonly request: number;
  readonly version: string;
  readonly against?: string | null;
  readonly whole?: boolean;
}

/** Asks for the documents of the workspace. */
export interface Documents {
  readonly type: "documents";
  readonly request: number;
}

/** Asks for a part of a file that was exported. */
export interface Download {
  readonly type: "download";
  readonly request: number;
  readonly file: string;
  readonly offset: number;
}

/** A Yjs update (version 1 encoding); `edit` is the page's own number for it, repeated in `saved`. */
export interface Edit {
  readonly type: "edit";
  readonly document: string;
  readonly edit: number;
  readonly update: string;
  readonly past?: number;
}

/** Evaluates text in a fresh session of its own that ends with it; needs a ticket for evaluation. */
export interface Evaluate {
  readonly type: "evaluate";
  readonly request: number;
  readonly source: string;
  readonly flavour?: string;
}

/** Makes a file of an open document. */
export interface Export {
  readonly type: "export";
  readonly request: number;
  readonly document: string;
  readonly format: "markdown" | "notebook" | "page" | "python" | "sage" | "slides" | "worksheet";
}

/** The handshake: the first message, within five seconds; exactly one of ticket and resume. */
export interface Hello {
  readonly type: "hello";
  readonly protocol: number;
  readonly client: string;
  readonly ticket?: string | null;
  readonly resume?: string | null;
}

/** Makes a worksheet of a file that was uploaded. */
export interface Import {
  readonly type: "import";
  readonly request: number;
  readonly file: string;
}

/** Asks what the name at the cursor is: 0 its help, 1 its source, 2 the signature of the call around the cursor. */
export interface Inspect {
  readonly type: "inspect";
  readonly document: string;
  readonly request: number;
  readonly code: string;
  readonly cursor: number;
  readonly detail?: 0 | 1 | 2;
}

/** Stops what runs and forgets what is queued. */
export interface Interrupt {
  readonly type: "interrupt";
  readonly document: string;
}

/** Asks for a document and everything that happens to it. `vector` is the page's Yjs state vector, of this past. */
export interface Open {
  readonly type: "open";
  readonly document: string;
  readonly vector?: string;
  readonly have?: StreamPosition | null;
  readonly past?: number;
}

/** Measures the way there and back. */
export interface Ping {
  readonly type: "ping";
  readonly sent: number;
}

/** Where the person is: the cell and the cursor, or nothing. */
export interface Presence {
  readonly type: "presence";
  readonly document: string;
  readonly state: Record<string, Json> | null;
}

/** Asks for a part of a file. */
export interface ReadFile {
  readonly type: "read_file";
  readonly request: number;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Removes a document; the history keeps it. */
export interface Remove {
  readonly type: "remove";
  readonly request: number;
  readonly document: string;
}

/** Deletes names from the session; what Sage itself has of that name is there again. */
export interface RemoveNames {
  readonly type: "remove_names";
  readonly request: number;
  readonly document: string;
  readonly names: readonly string[];
}

/** Gives a document another path; its id stays. */
export interface Rename {
  readonly type: "rename";
  readonly request: number;
  readonly document: string;
  readonly path: string;
}

/** Ends the session; a fresh one takes its place. */
export interface Restart {
  readonly type: "restart";
  readonly document: string;
}

/** Brings a version back by a new commit. */
export interface Revert {
  readonly type: "revert";
  readonly request: number;
  readonly version: string;
}

/** Runs cells in this order. The same run id twice runs once. */
export interface RunCells {
  readonly type: "run";
  readonly document: string;
  readonly cells: readonly CellRun[];
  readonly go_on?: boolean;
}

/** Saves the workspace now; with a name it becomes a named version. */
export interface Save {
  readonly type: "save";
  readonly request: number;
  readonly name?: string | null;
}

/** Ends the session. */
export interface Stop {
  readonly type: "stop";
  readonly document: string;
}

/** Where a page was in the events of a document. */
export interface StreamPosition {
  readonly epoch: number;
  readonly sequence: number;
}

/** Removes all autosaves but the newest: they count for the owner, who alone may. */
export interface Thin {
  readonly type: "thin";
  readonly request: number;
}

/** Takes the name from a version, and the outputs that it keeps: for the owner, and for whoever named it. */
export interface Unname {
  readonly type: "unname";
  readonly request: number;
  readonly version: string;
}

/** A part of a file; the first begins at 0, each other where the last one ended. */
export interface Upload {
  readonly type: "upload";
  readonly request: number;
  readonly file: string;
  readonly name: string;
  readonly size: number;
  readonly offset: number;
  readonly data: string;
}

/** Asks which variables the cells have made. */
export interface Variables {
  readonly type: "variables";
  readonly document: string;
  readonly request: number;
}

/** Asks for outputs that a named version keeps, behind a place: some at a time. */
export interface VersionOutputs {
  readonly type: "version_outputs";
  readonly request: number;
  readonly version: string;
  readonly after?: number;
}

/** Asks for versions, newest first, older than `before`. */
export interface Versions {
  readonly type: "versions";
  readonly request: number;
  readonly before?: string | null;
  readonly limit?: number;
}

/** Asks for what is kept of one run: a part of it, from behind the piece of this number. */
export interface WholeOutput {
  readonly type: "output";
  readonly request: number;
  readonly document: string;
  readonly run: string;
  readonly after?: number;
}

export type ToServer =
  | ChannelMessage
  | ClearOutputs
  | Close
  | Complete
  | Create
  | Difference
  | Documents
  | Download
  | Edit
  | Evaluate
  | Export
  | Hello
  | Import
  | Inspect
  | Interrupt
  | AskNames
  | Open
  | WholeOutput
  | Ping
  | Presence
  | ReadFile
  | Remove
  | RemoveNames
  | Rename
  | Restart
  | Revert
  | RunCells
  | Save
  | Stop
  | Thin
  | Unname
  | Upload
  | Variables
  | VersionOutputs
  | Versions;

export const PROTOCOL = 2;
export const MAX_MESSAGE = 1048576;
export const MAX_CELLS_IN_A_RUN = 1000;
