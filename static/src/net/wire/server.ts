/** What a backend says, and the shapes by which it is checked.
 *
 * Made by scripts/client_types.py from the types in sagews/wire/: change those, then make this anew. */

import type { Json } from "../json";

/** What a cell read when it ran last. */
export interface CellNames {
  readonly cell: string;
  readonly order: number;
  readonly shape?: string;
  readonly reads?: string;
}

/** The last run of a cell and what is kept of its output; `left_out` counts pieces that `output` brings. */
export interface CellOutput {
  readonly cell: string;
  readonly run: RunStatus;
  readonly pieces: readonly PieceBody[];
  readonly left_out?: number;
}

/** These cells are not what the page showed, so nothing of its request was run; `held` are the others in it. */
export interface Changed {
  readonly type: "changed";
  readonly document: string;
  readonly cells: readonly string[];
  readonly held?: readonly string[];
}

/** Nobody hears what is said to a channel any more; one that `stays` is still looked at, as it was last. */
export interface ChannelClosed {
  readonly type: "channel_closed";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly run: string;
  readonly channel: number;
  readonly stays?: boolean;
}

/** A channel of a run is open, in place of one of its number. */
export interface ChannelOpened {
  readonly type: "channel_opened";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly run: string;
  readonly opened: OpenChannel;
}

/** Tells what has changed of an interact; `by` is the connection heard last, and `serial` what it called that. */
export interface ChannelState {
  readonly type: "channel_state";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly run: string;
  readonly channel: number;
  readonly state: Record<string, Json>;
}

/** The output of these runs is deleted; that they ran stays known. */
export interface Cleared {
  readonly type: "cleared";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly runs: readonly string[];
}

/** What may follow; the source is "session", or "running": what can be seen of its objects while a cell runs. */
export interface Completions {
  readonly type: "completions";
  readonly document: string;
  readonly request: number;
  readonly start: number;
  readonly end: number;
  readonly matches: readonly Record<string, string>[];
  readonly source?: string;
}

/** A new document (to everybody; `request` only to the asker). */
export interface Created {
  readonly type: "created";
  readonly document: DocumentEntry;
  readonly request?: number | null;
}

/** What changed in a version. */
export interface DifferenceOut {
  readonly type: "difference";
  readonly request: number;
  readonly version: string;
  readonly against: string | null;
  readonly files: readonly FileDifference[];
  readonly cut?: boolean;
}

/** One document in a list. */
export interface DocumentEntry {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly edited: string;
}

/** The documents of the workspace. */
export interface DocumentList {
  readonly type: "documents";
  readonly request: number;
  readonly documents: readonly DocumentEntry[];
}

/** A part of a file. */
export interface Downloaded {
  readonly type: "downloaded";
  readonly request: number;
  readonly data: string;
}

/** Somebody's edit. */
export interface EditOut {
  readonly type: "edit";
  readonly document: string;
  readonly update: string;
  readonly author: string;
}

/** A refusal: the code of errors.CATALOGUE, its parameters, the sentence; `about` is the refused message's type. */
export interface Error {
  readonly type: "error";
  readonly code: string;
  readonly parameters: Record<string, Json>;
  readonly message: string;
  readonly request?: number | null;
  readonly about?: string | null;
  readonly document?: string | null;
  readonly edit?: number | null;
}

/** A file that can be downloaded. */
export interface Exported {
  readonly type: "exported";
  readonly request: number;
  readonly file: string;
  readonly name: string;
  readonly size: number;
  readonly left_out?: number;
}

/** What changed in one file: a unified diff, or a word for what is not text. */
export interface FileDifference {
  readonly path: string;
  readonly status: string;
  readonly diff: string;
  readonly binary?: boolean;
  readonly cut?: boolean;
}

/** A part of a file, shorter than asked for at its end. */
export interface FilePart {
  readonly type: "file_part";
  readonly request: number;
  readonly size: number;
  readonly data: string;
}

/** The backend stops; come back after this many seconds. */
export interface GoingAway {
  readonly type: "going_away";
  readonly after: number;
}

/** The worksheet that a file became. */
export interface Imported {
  readonly type: "imported";
  readonly request: number;
  readonly document: DocumentEntry;
  readonly left_out?: Record<string, number>;
}

/** What a name is, by MIME type; the source as with completions. */
export interface Inspection {
  readonly type: "inspection";
  readonly document: string;
  readonly request: number;
  readonly found: boolean;
  readonly data: Record<string, string>;
  readonly source?: string;
}

/** Everything up to this event is committed: until a run that has ended is, a kill of the server loses its end. */
export interface Kept {
  readonly type: "kept";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** What one cell had printed: `place` is the cell's in its worksheet and `code` its first line, in that version. `ordinal` is for asking on: behind the largest there is what comes next. */
export interface KeptCell {
  readonly ordinal: number;
  readonly path: string;
  readonly cell: string;
  readonly place: number;
  readonly code: string;
  readonly state: string;
  readonly pieces: readonly PieceBody[];
}

/** All that is known. */
export interface Names {
  readonly type: "names";
  readonly document: string;
  readonly cells: readonly CellNames[];
  readonly written: readonly Written[];
  readonly request?: number;
}

/** These were removed. */
export interface NamesRemoved {
  readonly type: "names_removed";
  readonly request: number;
  readonly document: string;
  readonly names: readonly string[];
}

/** A channel that is open, by its number within the run; what its body holds is said in wire/session/channels.py. Attributes: body: of an interact with its latest values, and {errors {name: sentence}, busy, serial, by}. area: in which area of the output it stands; 0 in that of the cell. live: false for an interact that no session holds any more. */
export interface OpenChannel {
  readonly channel: number;
  readonly kind: string;
  readonly body: Record<string, Json>;
  readonly area?: number;
  readonly live?: boolean;
}

/** A document: what the page lacks of it, and, unless `have` could be continued, all outputs. */
export interface Opened {
  readonly type: "opened";
  readonly document: string;
  readonly path: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly update: string;
  readonly vector: string;
  readonly session: SessionStatus;
  readonly people: readonly Person[];
  readonly cells?: readonly CellOutput[] | null;
  readonly past?: number;
}

/** A piece of output as it comes, and the pieces that go before it is taken. One of a number that is known takes the place of what has that number. In `removed` stand the first and the last number of each range of pieces that go. */
export interface Output {
  readonly type: "output";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly run: string;
  readonly cell: string;
  readonly piece?: PieceBody | null;
  readonly removed?: readonly number[];
}

/** Who is on a connection, as the server knows it. */
export interface Person {
  readonly connection: string;
  readonly user: string;
  readonly name: string;
  readonly state?: Record<string, Json> | null;
}

/** One piece of output; `kind` and `body` are those of wire/session/frames.py. */
export interface PieceBody {
  readonly sequence: number;
  readonly kind: string;
  readonly body: Record<string, Json>;
}

/** The answer to a ping. */
export interface Pong {
  readonly type: "pong";
  readonly sent: number;
}

/** Where somebody is; without a state they have left. */
export interface PresenceOut {
  readonly type: "presence";
  readonly document: string;
  readonly person: Person;
  readonly left?: boolean;
}

/** What one run says of its cell. */
export interface Ran {
  readonly type: "ran";
  readonly document: string;
  readonly cell: string;
  readonly order: number;
  readonly shape?: string;
  readonly reads?: string;
  readonly writes?: string;
}

/** A document was removed. */
export interface Removed {
  readonly type: "removed";
  readonly document: string;
  readonly request?: number | null;
}

/** A document has another path. */
export interface Renamed {
  readonly type: "renamed";
  readonly document: DocumentEntry;
  readonly request?: number | null;
}

/** What this person may do from now on. */
export interface Rights {
  readonly type: "rights";
  readonly role: string;
  readonly may_run: boolean;
}

/** Where a run is. Times are ISO 8601, UTC. Attributes: channels: what it has open, for who opens the document; events of their own say how that changes. */
export interface RunStatus {
  readonly type: "run_state";
  readonly document: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly run: string;
  readonly cell: string;
  readonly number: number;
  readonly state: string;
  readonly hash: string;
  readonly queued: string;
  readonly started?: string | null;
  readonly finished?: string | null;
  readonly seconds?: number | null;
  readonly reason?: string | null;
  readonly channels?: readonly OpenChannel[];
}

/** The edit is committed in the database. */
export interface Saved {
  readonly type: "saved";
  readonly document: string;
  readonly edit: number;
}

/** What people see of the session of a document. `sentence` says in words why it ended or what it waits for. */
export interface SessionStatus {
  readonly type: "session";
  readonly document: string;
  readonly state: string;
  readonly flavour: string;
  readonly since: string;
  readonly reason?: string | null;
  readonly sentence?: string | null;
  readonly memory?: number | null;
  readonly memory_limit?: number | null;
  readonly cpu?: number | null;
  readonly queue?: number;
}

/** What the workspace's files take, and may take. */
export interface Storage {
  readonly type: "storage";
  readonly used: number;
  readonly size: number;
  readonly files: number;
  readonly most_files: number;
  readonly problem?: string;
}

/** Autosaves were removed. */
export interface Thinned {
  readonly type: "thinned";
  readonly request: number;
  readonly freed: number;
}

/** The name was taken from a version: it is one that was saved, like others. */
export interface Unnamed {
  readonly type: "unnamed";
  readonly version: string;
  readonly request?: number | null;
  readonly freed?: number;
}

/** What the last save could not keep: paths (and how many `more`), or all, with the problem as a sentence. */
export interface Unsaved {
  readonly type: "unsaved";
  readonly paths: readonly UnsavedPath[];
  readonly more?: number;
  readonly problem?: string;
}

/** A file that no version keeps, and why. */
export interface UnsavedPath {
  readonly path: string;
  readonly why: string;
}

/** So many bytes of the file are here. */
export interface Uploaded {
  readonly type: "uploaded";
  readonly request: number;
  readonly have: number;
}

/** A variable: its name, the type of its value, how large that is in its own measure, and the value in a line. */
export interface Variable {
  readonly name: string;
  readonly kind: string;
  readonly extent: string;
  readonly value: string;
}

/** The variables of the session, in the order in which they were made; `more` are left out. */
export interface VariableList {
  readonly type: "variable_list";
  readonly document: string;
  readonly request: number;
  readonly variables: readonly Variable[];
  readonly more?: number;
}

/** A version was committed; `unchanged` when there was nothing new to save: then the one that holds it already. */
export interface Version {
  readonly type: "version";
  readonly version: VersionEntry | null;
  readonly request?: number | null;
  readonly unchanged?: boolean;
}

/** One version of the workspace; `kind` is "autosave", "save", "named", "session" or "revert". `may_unname` is said to whoever asked for a list: what everybody is told does not know who reads it. */
export interface VersionEntry {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly author: string;
  readonly time: string;
  readonly files_changed: number;
  readonly may_unname?: boolean;
}

/** Versions, newest first. */
export interface VersionList {
  readonly type: "versions";
  readonly request: number;
  readonly versions: readonly VersionEntry[];
  readonly more: boolean;
  readonly older?: boolean;
}

/** Outputs that a version keeps. */
export interface VersionOutputsOut {
  readonly type: "version_outputs";
  readonly request: number;
  readonly version: string;
  readonly outputs: readonly KeptCell[];
  readonly more: boolean;
}

/** The answer to a handshake. `resume` is the one-use secret for the next connection. */
export interface Welcome {
  readonly type: "welcome";
  readonly protocol: number;
  readonly server: string;
  readonly connection: string;
  readonly user: Record<string, string>;
  readonly workspace: Record<string, string>;
  readonly role: string;
  readonly may_run: boolean;
  readonly resume: string;
  readonly ping_seconds: number;
  readonly flavours: readonly string[];
  readonly limits: Record<string, number>;
}

/** What is kept of one run, or the next part of it. */
export interface WholeOutputOut {
  readonly type: "whole_output";
  readonly request: number;
  readonly document: string;
  readonly run: string;
  readonly pieces: readonly PieceBody[];
  readonly more?: boolean;
}

/** The workspace has another name. */
export interface WorkspaceNamed {
  readonly type: "workspace_named";
  readonly name: string;
}

/** Which cell wrote a name last, and when; an empty cell: somebody had it removed. */
export interface Written {
  readonly name: string;
  readonly cell: string;
  readonly order: number;
}

export type FromServer =
  | Changed
  | ChannelClosed
  | ChannelOpened
  | ChannelState
  | Cleared
  | Completions
  | Created
  | DifferenceOut
  | DocumentList
  | Downloaded
  | EditOut
  | Error
  | Exported
  | FilePart
  | GoingAway
  | Imported
  | Inspection
  | Kept
  | Names
  | NamesRemoved
  | Opened
  | Output
  | Pong
  | PresenceOut
  | Ran
  | Removed
  | Renamed
  | Rights
  | RunStatus
  | Saved
  | SessionStatus
  | Storage
  | Thinned
  | Unnamed
  | Unsaved
  | Uploaded
  | VariableList
  | Version
  | VersionOutputsOut
  | VersionList
  | Welcome
  | WholeOutputOut
  | WorkspaceNamed;

export const SHAPES: Readonly<Record<string, string>> = {
  CellNames: "cell order:i shape? reads?",
  CellOutput: "cell run:run_state pieces:[PieceBody] left_out?:i",
  DocumentEntry: "id path title edited",
  FileDifference: "path status diff binary?:b cut?:b",
  KeptCell: "ordinal:i path cell place:i code state pieces:[PieceBody]",
  OpenChannel: "channel:i kind body:o area?:i live?:b",
  Person: "connection user name state?:o?",
  PieceBody: "sequence:i kind body:o",
  UnsavedPath: "path why",
  Variable: "name kind extent value",
  VersionEntry: "id kind name author time files_changed:i may_unname?:b",
  Written: "name cell order:i",
  changed: "document cells:[s] held?:[s]",
  channel_closed: "document epoch:i sequence:i run channel:i stays?:b",
  channel_opened: "document epoch:i sequence:i run opened:OpenChannel",
  channel_state: "document epoch:i sequence:i run channel:i state:o",
  cleared: "document epoch:i sequence:i runs:[s]",
  completions: "document request:i start:i end:i matches:[{s}] source?",
  created: "document:DocumentEntry request?:i?",
  difference: "request:i version against:s? files:[FileDifference] cut?:b",
  documents: "request:i documents:[DocumentEntry]",
  downloaded: "request:i data",
  edit: "document update author",
  error: "code parameters:o message request?:i? about?:s? document?:s? edit?:i?",
  exported: "request:i file name size:i left_out?:i",
  file_part: "request:i size:i data",
  going_away: "after:n",
  imported: "request:i document:DocumentEntry left_out?:{i}",
  inspection: "document request:i found:b data:{s} source?",
  kept: "document epoch:i sequence:i",
  names: "document cells:[CellNames] written:[Written] request?:i",
  names_removed: "request:i document names:[s]",
  opened: "document path epoch:i sequence:i update vector session:session people:[Person] cells?:[CellOutput]? past?:i",
  output: "document epoch:i sequence:i run cell piece?:PieceBody? removed?:[i]",
  pong: "sent:n",
  presence: "document person:Person left?:b",
  ran: "document cell order:i shape? reads? writes?",
  removed: "document request?:i?",
  renamed: "document:DocumentEntry request?:i?",
  rights: "role may_run:b",
  run_state: "document epoch:i sequence:i run cell number:i state hash queued started?:s? finished?:s? seconds?:n? reason?:s? channels?:[OpenChannel]",
  saved: "document edit:i",
  session: "document state flavour since reason?:s? sentence?:s? memory?:i? memory_limit?:i? cpu?:n? queue?:i",
  storage: "used:i size:i files:i most_files:i problem?",
  thinned: "request:i freed:i",
  unnamed: "version request?:i? freed?:i",
  unsaved: "paths:[UnsavedPath] more?:i problem?",
  uploaded: "request:i have:i",
  variable_list: "document request:i variables:[Variable] more?:i",
  version: "version:VersionEntry? request?:i? unchanged?:b",
  version_outputs: "request:i version outputs:[KeptCell] more:b",
  versions: "request:i versions:[VersionEntry] more:b older?:b",
  welcome: "protocol:i server connection user:{s} workspace:{s} role may_run:b resume ping_seconds:n flavours:[s] limits:{i}",
  whole_output: "request:i document run pieces:[PieceBody] more?:b",
  workspace_named: "name",
};
