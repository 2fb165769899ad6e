/** The worksheet's Yjs document: its keys, its changes, and the flat list of cells that views follow.
 *
 *   meta   Map  {format, title, flavour, front}
 *   cells  Map  id → Map {type, pos, depth, source: Text, flags: Map, raw} */

import { signal } from "@preact/signals";
import * as Y from "yjs";
import { toBase64 } from "../net/base64";
import { newCellId } from "./identifiers";
import type { CellInfo, CellType } from "./outline";
import { between, spread } from "./positions";
import { sha256 } from "../net/sha256";
import { spliceBetween } from "./splice";

/** The origin of changes to the order and kind of cells, which the sheet's own undo takes back. */
const STRUCTURE = "structure";
/** The origin of changes that came from the server. */
export const REMOTE = "remote";

/** What carry-over.ts needs of this file: it comes later, by itself. */
export const TOOLS = { Doc: Y.Doc, Map: Y.Map, Text: Y.Text, remote: REMOTE, splice: spliceBetween };

type CellMap = Y.Map<unknown>;
export type Flag = "folded" | "hideInput" | "foldOutput";

export class SheetDocument {
  readonly #doc = signal(new Y.Doc());
  /** How often the document's past was let go: each time it became another Yjs document. */
  readonly past = signal(0);
  readonly cells = signal<readonly CellInfo[]>([]);
  readonly title = signal("");
  readonly flavour = signal("sage");
  #undo!: Y.UndoManager;

  constructor() {
    this.begin(this.#doc.peek());
  }

  get doc(): Y.Doc {
    return this.#doc.value;
  }

  get meta(): Y.Map<unknown> {
    return this.doc.getMap("meta");
  }

  get map(): Y.Map<CellMap> {
    return this.doc.getMap("cells");
  }

  /** Take another Yjs document in the place of this one, whatever it holds. */
  begin(doc: Y.Doc): void {
    this.#doc.value = doc;
    const { map } = this;
    this.#undo = new Y.UndoManager(map, { trackedOrigins: new Set([STRUCTURE]), captureTimeout: 0 });
    map.observeDeep((events) => {
      if (events.some((event) => this.#isStructural(event))) this.#refresh();
    });
    this.meta.observe(() => this.#refreshMeta());
    this.#refresh();
    this.#refreshMeta();
  }

  /** Take in what came from the server; into a document that is to take the place of this one, if there is one. */
  apply(update: Uint8Array, into: Y.Doc | null = null): void {
    Y.applyUpdate(into ?? this.doc, update, REMOTE);
  }

  /** Whether a change came from the server, by the origin that Yjs hands on with it. */
  isFromServer(origin: unknown): boolean {
    return origin === REMOTE;
  }

  /** What we have, for the server to send what we lack: the state vector in base64. */
  vector(): string {
    return toBase64(Y.encodeStateVector(this.doc));
  }

  /** The text of a cell, or null if there is no such cell. */
  source(id: string): Y.Text | null {
    const source = this.map.get(id)?.get("source");
    return source instanceof Y.Text ? source : null;
  }

  /** What a run of the cell's text would name as its code. */
  hashOf(id: string): string {
    return sha256(this.text(id));
  }

  text(id: string): string {
    return this.source(id)?.toString() ?? "";
  }

  setTitle(title: string): void {
    this.meta.set("title", title.slice(0, 300));
  }

  /** Replace a text by the smallest change, so that others' carets stay; one that is no writing can be taken back like a move. */
  setText(id: string, text: string, undoable = false): void {
    const source = this.source(id);
    if (source === null) return;
    const { at, remove, insert } = spliceBetween(source.toString(), text);
    this.doc.transact(() => {
      if (remove > 0) source.delete(at, remove);
      if (insert) source.insert(at, insert);
    }, undoable && STRUCTURE);
  }

  /** Insert a cell after (or before) another one; without one, at the end (or the start). Returns its id. */
  insert(type: CellType, place: { after?: string | null; before?: string | null }, text = "", depth = 0): string {
    const id = newCellId();
    this.doc.transact(() => this.#put(id, type, this.#position(place), text, depth), STRUCTURE);
    return id;
  }

  /** Insert copies of cells after another one; returns their ids.
   *
   * A copy with an id gets it back when no cell has it: outputs belong to ids, so what was cut keeps its results. */
  paste(copies: readonly Copy[], after: string | null): string[] {
    const ids = copies.map(({ id }) => (id === undefined || this.map.has(id) ? newCellId() : id));
    const places = spread(...this.#gapAfter(after), copies.length);
    this.doc.transact(() => {
      copies.forEach((copy, index) => this.#put(ids[index]!, copy.type, places[index]!, copy.text, copy.depth, copy.flags));
    }, STRUCTURE);
    return ids;
  }

  copies(ids: readonly string[]): Copy[] {
    return this.cells.value
      .filter((cell) => ids.includes(cell.id))
      .map(({ id, type, depth, flags }) => ({ id, type, depth, flags, text: this.text(id) }));
  }

  /** Make several changes that are taken back as one. */
  atOnce(change: () => void): void {
    this.doc.transact(change, STRUCTURE);
  }

  remove(ids: readonly string[]): void {
    this.doc.transact(() => ids.forEach((id) => this.map.delete(id)), STRUCTURE);
  }

  /** Move a run of cells behind another cell (null: to the start). */
  move(ids: readonly string[], after: string | null): void {
    const [low, high] = this.#gapAfter(after, new Set(ids));
    const places = spread(low, high, ids.length);
    this.doc.transact(() => ids.forEach((id, index) => this.map.get(id)?.set("pos", places[index]!)), STRUCTURE);
  }

  change(id: string, changes: { type?: CellType; depth?: number }): void {
    this.doc.transact(() => {
      const cell = this.map.get(id);
      for (const [key, value] of Object.entries(changes)) cell?.set(key, value);
    }, STRUCTURE);
  }

  setFlag(id: string, flag: string, value: boolean): void {
    const cell = this.map.get(id);
    const flags = cell?.get("flags");
    if (flags instanceof Y.Map) {
      if (value) flags.set(flag, true);
      else flags.delete(flag);
    } else if (cell !== undefined && value) cell.set("flags", new Y.Map([[flag, true]]));
  }

  undoStructure(): boolean {
    return this.#undo.undo() !== null;
  }

  redoStructure(): boolean {
    return this.#undo.redo() !== null;
  }

  #put(id: string, type: CellType, pos: string, text: string, depth: number, flags: Copy["flags"] = {}): void {
    const fields: [string, unknown][] = [
      ["type", type],
      ["pos", pos],
      ["depth", depth],
      ["source", new Y.Text(text)],
      ["flags", new Y.Map(Object.entries(flags))],
    ];
    this.map.set(id, new Y.Map(fields));
  }

  #position(place: { after?: string | null; before?: string | null }): string {
    const cells = this.cells.value;
    if (place.before != null) {
      const index = cells.findIndex((cell) => cell.id === place.before);
      return between(cells[index - 1]?.pos ?? null, cells[index]?.pos ?? null);
    }
    return between(...this.#gapAfter(place.after === undefined ? (cells.at(-1)?.id ?? null) : place.after));
  }

  #gapAfter(after: string | null, without: ReadonlySet<string> = new Set()): [string | null, string | null] {
    const cells = this.cells.value.filter((cell) => !without.has(cell.id));
    const index = after === null ? -1 : cells.findIndex((cell) => cell.id === after);
    return [cells[index]?.pos ?? null, cells[index + 1]?.pos ?? null];
  }

  #isStructural(event: Y.YEvent<any>): boolean {
    const target: unknown = event.target;
    if (!(target instanceof Y.Text)) return true;
    const cell = target.parent;
    return cell instanceof Y.Map && cell.get("type") === "section";
  }

  #refreshMeta(): void {
    this.title.value = stringOf(this.meta.get("title"));
    this.flavour.value = stringOf(this.meta.get("flavour")) || "sage";
  }

  #refresh(): void {
    const found: CellInfo[] = [];
    this.map.forEach((cell, id) => {
      if (cell instanceof Y.Map && cell.get("source") instanceof Y.Text) found.push(infoOf(id, cell));
    });
    found.sort((one, other) => (one.pos === other.pos ? (one.id < other.id ? -1 : 1) : one.pos < other.pos ? -1 : 1));
    let number = 0;
    this.cells.value = found.map((cell) => (cell.type === "code" ? { ...cell, number: (number += 1) } : cell));
  }
}

export interface Copy {
  readonly id?: string;
  readonly type: CellType;
  readonly depth: number;
  readonly text: string;
  readonly flags?: CellInfo["flags"];
}

function infoOf(id: string, cell: CellMap): CellInfo {
  const given = cell.get("type");
  const type: CellType = given === "text" || given === "section" ? given : "code";
  const map = cell.get("flags");
  const flags: CellInfo["flags"] = map instanceof Y.Map ? map.toJSON() : {};
  const flag = (name: Flag) => flags[name] === true;
  const depth = cell.get("depth");
  return {
    id,
    type,
    pos: stringOf(cell.get("pos")),
    depth: typeof depth === "number" ? depth : 0,
    heading: type === "section" ? stringOf(cell.get("source")?.toString()) : "",
    folded: flag("folded"),
    hideInput: flag("hideInput"),
    foldOutput: flag("foldOutput"),
    flags,
    number: 0,
  };
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
