import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { REMOTE, SheetDocument } from "../../../static/src/document/document";
import { Edits } from "../../../static/src/document/edits";
import type { ToServer } from "../../../static/src/net/messages";
import { fromBase64, toBase64 } from "../../../static/src/net/base64";

Object.assign(globalThis, { window: globalThis });

const ids = (sheet: SheetDocument) => sheet.cells.value.map((cell) => cell.id);

test("cells are inserted, moved, removed and brought back in order", () => {
  const sheet = new SheetDocument();
  const first = sheet.insert("code", {}, "a");
  const third = sheet.insert("code", {}, "c");
  const second = sheet.insert("text", { after: first }, "b");
  const zeroth = sheet.insert("section", { before: first }, "h", 1);
  assert.deepEqual(ids(sheet), [zeroth, first, second, third]);
  sheet.move([third], zeroth);
  assert.deepEqual(ids(sheet), [zeroth, third, first, second]);
  sheet.remove([third, first]);
  assert.deepEqual(ids(sheet), [zeroth, second]);
  sheet.undoStructure();
  assert.deepEqual(ids(sheet), [zeroth, third, first, second]);
  assert.equal(sheet.text(first), "a");
});

test("code cells are numbered, typing does not rebuild the list, headings do", () => {
  const sheet = new SheetDocument();
  const code = sheet.insert("code", {}, "x");
  const heading = sheet.insert("section", {}, "old");
  const before = sheet.cells.value;
  sheet.setText(code, "x + 1");
  assert.equal(sheet.cells.value, before);
  sheet.setText(heading, "new");
  assert.equal(sheet.cells.value.at(-1)!.heading, "new");
  assert.equal(sheet.cells.value[0]!.number, 1);
});

test("flags are kept and cleared", () => {
  const sheet = new SheetDocument();
  const id = sheet.insert("section", {}, "s");
  sheet.setFlag(id, "folded", true);
  assert.equal(sheet.cells.value[0]!.folded, true);
  sheet.setFlag(id, "folded", false);
  assert.equal(sheet.cells.value[0]!.folded, false);
});

test("edits are collected, numbered, kept until saved, and sent again as one after a reconnect", () => {
  const sheet = new SheetDocument();
  const sent: ToServer[] = [];
  let connected = true;
  const edits = new Edits(sheet.doc, "d", (message) => connected && sent.push(message) > 0);
  sheet.insert("code", {}, "a");
  sheet.insert("code", {}, "b");
  edits.flush();
  assert.equal(sent.length, 1);
  assert.equal(edits.unsaved.value, 1);
  edits.saved(sent[0]!["edit"] as number);
  assert.equal(edits.unsaved.value, 0);

  const server = new Y.Doc();
  Y.applyUpdate(server, fromBase64(sent[0]!["update"] as string));
  connected = false;
  sheet.insert("code", {}, "c");
  edits.flush();
  assert.equal(edits.unsaved.value, 1);
  connected = true;
  edits.resend(toBase64(Y.encodeStateVector(server)));
  Y.applyUpdate(server, fromBase64(sent[1]!["update"] as string));
  assert.equal(server.getMap("cells").size, 3);
  edits.saved(sent[1]!["edit"] as number);
  edits.resend(toBase64(Y.encodeStateVector(server)));
  assert.equal(sent.length, 2);
});

test("what came from the server is not sent back", () => {
  const sheet = new SheetDocument();
  const other = new SheetDocument();
  const sent: ToServer[] = [];
  const edits = new Edits(sheet.doc, "d", (message) => sent.push(message) > 0);
  other.insert("code", {}, "x");
  Y.applyUpdate(sheet.doc, Y.encodeStateAsUpdate(other.doc), REMOTE);
  edits.flush();
  assert.equal(sent.length, 0);
  assert.equal(ids(sheet).length, 1);
});
