/** Updates as Yjs makes them, of many shapes, and what Yjs reads in an update.
 *
 *   {make: seed, shape}  a list of updates (base64), each with what Yjs reads in it
 *   {read: update}       what Yjs reads in it, or null where it fails
 *   {vector: vector}     the clocks in a state vector, or null */

import * as Y from "yjs";
import { fromBase64, toBase64 } from "client/net/base64";
import { answering } from "./answering";

type Chance = (below: number) => number;

function chanceOf(seed: number): Chance {
  let state = seed * 2 + 1;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

interface Read {
  ranges: Record<string, [number, number]>;
  needs: Record<string, number>;
  plain: boolean;
}

function read(update: Uint8Array): Read | null {
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  try {
    decoded = Y.decodeUpdate(update);
  } catch {
    return null;
  }
  const found: Read = { ranges: {}, needs: {}, plain: true };
  const need = (client: number, clock: number) => (found.needs[client] = Math.max(found.needs[client] ?? 0, clock + 1));
  for (const struct of decoded.structs) {
    const { client, clock } = struct.id;
    const known = found.ranges[client];
    found.ranges[client] = [known?.[0] ?? clock, clock + struct.length];
    if (!(struct instanceof Y.Item)) continue;
    for (const id of [struct.origin, struct.rightOrigin, struct.parent]) if (id instanceof Y.ID) need(id.client, id.clock);
    if (!(struct.content instanceof Y.ContentString || struct.content instanceof Y.ContentDeleted)) found.plain = false;
  }
  decoded.ds.clients.forEach((ranges, client) => ranges.forEach(({ clock, len }) => need(client, clock + len - 1)));
  return found;
}

const TEXTS = ["x", "\n", "factor(2^128+1)", "α𝔽x", "😀😀", "é", "y".repeat(300)];
const VALUES = ["code", "a0V", 3, -70000, 1.5, true, null, ""];

/** One thing that a person does in a worksheet. */
function edit(doc: Y.Doc, chance: Chance): void {
  const cells = doc.getMap<Y.Map<unknown>>("cells");
  const ids = [...cells.keys()];
  const id = ids[chance(ids.length + 1)] ?? `c${chance(90)}`;
  const source = cells.get(id)?.get("source");
  const deed = chance(8);
  if (deed === 0) doc.getMap("meta").set(["title", "flavour"][chance(2)]!, VALUES[chance(VALUES.length)]);
  else if (deed === 1 && cells.has(id)) cells.delete(id);
  else if (deed === 2) cells.get(id)?.set("pos", `a${chance(9)}`);
  else if (deed === 3) (cells.get(id)?.get("flags") as Y.Map<unknown> | undefined)?.set("folded", true);
  else if (!(source instanceof Y.Text)) cells.set(id, new Y.Map<unknown>([["type", "code"], ["depth", 2], ["source", new Y.Text("s")], ["flags", new Y.Map()]]));
  else if (deed === 4 && source.length > 1) source.delete(chance(source.length - 1), 1);
  else source.insert(chance(source.length + 1), TEXTS[chance(TEXTS.length)]!);
}

/** Something that no worksheet holds. */
function foreign(doc: Y.Doc, shape: string): void {
  const cells = doc.getMap<unknown>("cells");
  const text = new Y.Text("bold");
  if (shape === "array") cells.set("c", new Y.Array());
  if (shape === "document") cells.set("c", new Y.Doc());
  if (shape === "binary") cells.set("c", new Uint8Array([1, 2]));
  if (shape === "nested") cells.set("c", { deep: [1] });
  if (shape === "list") cells.set("c", [1, 2]);
  if (shape === "xml") cells.set("c", new Y.XmlElement("p"));
  if (shape === "root") doc.getMap("other").set("a", 1);
  if (shape === "root text") doc.getText("cells2").insert(0, "a");
  if (shape === "format") {
    cells.set("c", text);
    text.format(0, 2, { bold: true });
  }
  if (shape === "embed") {
    cells.set("c", text);
    text.insertEmbed(0, { image: 1 });
  }
}

function made(seed: number, shape: string): Uint8Array[] {
  const chance = chanceOf(seed);
  const docs = [1, 2, 3].map((number) => Object.assign(new Y.Doc({ gc: chance(2) === 0 }), { clientID: 1000 * seed + number }));
  const updates: Uint8Array[] = [];
  docs.forEach((doc) => doc.on("update", (update: Uint8Array, origin: unknown) => origin !== "other" && updates.push(update)));
  for (let turn = 0; turn < 12; turn += 1) {
    const doc = docs[chance(3)]!;
    const before = Y.encodeStateVector(doc);
    doc.transact(() => Array.from({ length: 1 + chance(3) }).forEach(() => edit(doc, chance)));
    if (chance(3) === 0) docs.forEach((other) => Y.applyUpdate(other, Y.encodeStateAsUpdate(doc), "other"));
    if (chance(3) === 0) updates.push(Y.encodeStateAsUpdate(doc), Y.encodeStateAsUpdate(doc, before));
  }
  if (shape === "gap") return gapped(docs[0]!, chance);
  if (shape === "worksheet") return updates;
  updates.length = 0;
  docs[0]!.transact(() => foreign(docs[0]!, shape));
  return updates;
}

/** Two updates of one client merged without the one between them. */
function gapped(doc: Y.Doc, chance: Chance): Uint8Array[] {
  const parts: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => parts.push(update));
  while (parts.length < 3) doc.getMap("meta").set("title", `t${chance(99)}${parts.length}`);
  return [Y.mergeUpdates([parts[0]!, parts[2]!])];
}

type Question = { make: number; shape: string } | { read: string } | { vector: string };

await answering((question: Question) => {
  if ("make" in question) return made(question.make, question.shape).map((update) => ({ update: toBase64(update), read: read(update) }));
  if ("read" in question) return read(fromBase64(question.read));
  try {
    return Object.fromEntries(Y.decodeStateVector(fromBase64(question.vector)));
  } catch {
    return null;
  }
});
