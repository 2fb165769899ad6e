import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { SheetDocument } from "client/document/document";
import { Worksheet } from "client/document/worksheet";
import { toBase64 } from "client/net/base64";
import { Hearing } from "client/net/hearing";
import type { Opened } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

function opened(doc: Y.Doc, more: Partial<Opened> = {}): Opened {
  const session = { type: "session" as const, document: "d", state: "ready", flavour: "sage", since: "" };
  const state = { update: toBase64(Y.encodeStateAsUpdate(doc)), vector: toBase64(Y.encodeStateVector(doc)) };
  return { type: "opened", document: "d", path: "a.sage.md", epoch: 4, sequence: 9, session, people: [], cells: [], ...state, ...more };
}

function sheet() {
  const link = new FakeLink();
  const worksheet = new Worksheet("d", linkOf(link));
  const hearing = new Hearing();
  worksheet.hearers.forEach((hearers) => hearing.add(hearers));
  return { link, worksheet, hearing };
}

test("a document that was opened is loaded, with its path, its session and its people", () => {
  const { worksheet, hearing } = sheet();
  const server = new SheetDocument();
  server.insert("code", {}, "x");
  assert.equal(worksheet.loaded.value, false);
  hearing.hear(opened(server.doc, { people: [{ connection: "c", user: "u", name: "Ines" }] }));
  assert.deepEqual([worksheet.loaded.value, worksheet.path.value, worksheet.sheet.cells.value.length], [true, "a.sage.md", 1]);
  assert.deepEqual([worksheet.session.status.value!.state, worksheet.people.others.value.length], ["ready", 1]);
});

test("opening again says what is here and which event was seen last", () => {
  const { link, worksheet, hearing } = sheet();
  worksheet.open();
  assert.equal("have" in link.take("open")[0]!, false);
  hearing.hear(opened(new Y.Doc()));
  worksheet.open();
  assert.deepEqual(link.take("open")[0]!["have"], { epoch: 4, sequence: 9 });
});

test("others' edits arrive and are not sent back; what the server lacks is sent when it opens", () => {
  const { link, worksheet, hearing } = sheet();
  const server = new SheetDocument();
  worksheet.sheet.insert("code", {}, "mine");
  hearing.hear(opened(server.doc));
  const [edit] = link.take("edit");
  server.insert("code", {}, "theirs");
  hearing.hear({ type: "edit", document: "d", update: toBase64(Y.encodeStateAsUpdate(server.doc)), author: "u" });
  worksheet.edits.flush();
  assert.deepEqual([worksheet.sheet.cells.value.length, link.take("edit").length], [2, 0]);
  hearing.hear({ type: "saved", document: "d", edit: edit!["edit"] });
  assert.equal(worksheet.edits.unsaved.value, 0);
});

test("an edit that came too soon, and those behind it, are sent anew when the document is opened again", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { link, worksheet, hearing } = sheet();
  const server = new SheetDocument();
  hearing.hear(opened(server.doc));
  const refuse = (edit: number, code: string) => hearing.hear({ type: "error", code, parameters: {}, message: "Reload.", about: "edit", document: "d", edit });
  worksheet.sheet.insert("code", {}, "first");
  worksheet.edits.flush();
  worksheet.sheet.insert("code", {}, "second");
  worksheet.edits.flush();
  const [first, second] = link.take("edit");
  refuse(first!["edit"], "too-often");
  refuse(second!["edit"], "bad-update");
  assert.deepEqual([worksheet.edits.refused.value, worksheet.notices.current.value, worksheet.edits.unsaved.value], [null, null, 2]);
  context.mock.timers.tick(1000);
  assert.equal(link.take("open").length, 1);
  worksheet.sheet.insert("code", {}, "third");
  worksheet.edits.flush();
  const [third] = link.take("edit");
  hearing.hear(opened(server.doc));
  const [again] = link.take("edit");
  refuse(third!["edit"], "bad-update");
  assert.deepEqual([worksheet.edits.refused.value, worksheet.notices.current.value], [null, null]);
  server.apply(Uint8Array.from(atob(again!["update"]), (letter) => letter.charCodeAt(0)));
  assert.equal(server.cells.value.length, 3);
  hearing.hear({ type: "saved", document: "d", edit: again!["edit"] });
  assert.equal(worksheet.edits.unsaved.value, 0);
});

test("a viewer may neither edit nor run, and rights that change hold at once", () => {
  const { link, worksheet } = sheet();
  assert.deepEqual([worksheet.mayEdit.value, worksheet.mayRun.value], [true, true]);
  link.welcome.value = { ...link.welcome.value!, role: "viewer", may_run: false };
  assert.deepEqual([worksheet.mayEdit.value, worksheet.mayRun.value], [false, false]);
});

test("a refused edit is marked and told, any other refusal told alone", () => {
  const { worksheet, hearing } = sheet();
  hearing.hear({ type: "error", code: "not-found", parameters: {}, message: "Gone.", about: "difference" });
  assert.deepEqual([worksheet.edits.refused.value, worksheet.notices.current.value], [null, "Gone."]);
  hearing.hear({ type: "error", code: "bad-update", parameters: {}, message: "No.", about: "edit" });
  assert.deepEqual([worksheet.edits.refused.value, worksheet.notices.current.value], ["No.", "No."]);
});

test("closing sends what was written last, then says good-bye", () => {
  const { link, worksheet } = sheet();
  worksheet.sheet.insert("code", {}, "x");
  worksheet.close();
  assert.deepEqual(link.sent.map((message) => message["type"]), ["edit", "close"]);
});

test("a new name of this document is its path, one of another is not", () => {
  const { worksheet, hearing } = sheet();
  const entry = { path: "b.sage.md", title: "", edited: "" };
  hearing.hear({ type: "renamed", document: { ...entry, id: "other" } });
  assert.equal(worksheet.path.value, "");
  hearing.hear({ type: "renamed", document: { ...entry, id: "d" } });
  assert.equal(worksheet.path.value, "b.sage.md");
});
