import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { REMOTE, SheetDocument } from "client/document/document";
import { Edits } from "client/document/edits";
import type { ToServer } from "client/net/messages";
import { fromBase64, toBase64 } from "client/net/base64";


const ids = (sheet: SheetDocument) => sheet.cells.value.map((cell) => cell.id);

test("edits are collected, numbered, kept until saved, and sent again as one after a reconnect", () => {
  const sheet = new SheetDocument();
  const sent: ToServer[] = [];
  let connected = true;
  const edits = new Edits(sheet, "d", (message) => connected && sent.push(message) > 0);
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
  const edits = new Edits(sheet, "d", (message) => sent.push(message) > 0);
  other.insert("code", {}, "x");
  Y.applyUpdate(sheet.doc, Y.encodeStateAsUpdate(other.doc), REMOTE);
  edits.flush();
  assert.equal(sent.length, 0);
  assert.equal(ids(sheet).length, 1);
});

test("it is known when the oldest edit was made that is not confirmed, also after a reconnect", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1000 });
  const sheet = new SheetDocument();
  const sent: ToServer[] = [];
  const edits = new Edits(sheet, "d", (message) => sent.push(message) > 0);
  const at = (now: number, id: string) => {
    context.mock.timers.setTime(now);
    sheet.insert("code", {}, id);
    edits.flush();
  };
  assert.equal(edits.since.value, null);
  at(2000, "a");
  at(3000, "b");
  assert.equal(edits.since.value, 2000);
  edits.saved(sent[0]!["edit"] as number);
  assert.equal(edits.since.value, 3000);
  context.mock.timers.setTime(9000);
  edits.resend("");
  assert.equal(edits.since.value, 3000);
  edits.saved(sent.at(-1)!["edit"] as number);
  assert.equal(edits.since.value, null);
});

test("an edit that is saved after a refused one takes away its own steps alone", () => {
  const sheet = new SheetDocument();
  const sent: ToServer[] = [];
  const edits = new Edits(sheet, "d", (message) => sent.push(message) > 0);
  sheet.insert("code", {}, "refused");
  edits.flush();
  const [refused] = edits.steps.undoStack;
  sheet.insert("code", {}, "saved");
  sheet.insert("code", {}, "saved too");
  edits.flush();
  edits.refuse("No.");
  edits.saved(sent[1]!["edit"] as number);
  assert.deepEqual([edits.steps.undoStack.length, edits.steps.undoStack[0] === refused], [1, true]);
});
