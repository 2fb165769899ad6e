import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { carryOver } from "client/document/carry-over";
import { SheetDocument } from "client/document/document";
import { carryWith, Worksheet } from "client/document/worksheet";
import { fromBase64, toBase64 } from "client/net/base64";
import { Hearing } from "client/net/hearing";
import type { Opened } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

carryWith(() => Promise.resolve({ carryOver }));

/** A server whose worksheet can lose its past, and pages that say what they do as it were over a wire. */
class Server {
  past = 0;
  sheet = new SheetDocument();

  constructor(...texts: string[]) {
    texts.forEach((text) => this.sheet.insert("code", {}, text));
  }

  opened(): Opened {
    const session = { type: "session" as const, document: "d", state: "ready", flavour: "sage", since: "" };
    const state = { update: toBase64(Y.encodeStateAsUpdate(this.sheet.doc)), vector: toBase64(Y.encodeStateVector(this.sheet.doc)) };
    return { type: "opened", document: "d", path: "a.sage.md", epoch: 4, sequence: 9, session, people: [], cells: [], past: this.past, ...state };
  }

  /** Become another document that says the same. */
  compact(): void {
    const fresh = new SheetDocument();
    this.sheet.map.forEach((cell, id) => {
      const fields = Object.entries(cell.toJSON()).map(([key, value]): [string, unknown] => {
        if (key === "source") return [key, new Y.Text(value as string)];
        return [key, key === "flags" ? new Y.Map(Object.entries(value as object)) : value];
      });
      fresh.map.set(id, new Y.Map(fields));
    });
    this.sheet.meta.forEach((value, key) => fresh.meta.set(key, value));
    this.sheet = fresh;
    this.past += 1;
  }

  /** Take the edits of a page that fit, and return how many did not. */
  take(page: Page, tell = true): number {
    page.worksheet.edits.flush();
    const edits = page.link.take("edit");
    const fitting = edits.filter((edit) => edit["past"] === this.past);
    for (const edit of fitting) {
      this.sheet.apply(fromBase64(edit["update"] as string));
      if (tell) page.hearing.hear({ type: "saved", document: "d", edit: edit["edit"] as number });
    }
    return edits.length - fitting.length;
  }

  texts(): string[] {
    return textsOf(this.sheet);
  }

  get ids(): string[] {
    return this.sheet.cells.value.map((cell) => cell.id);
  }
}

class Page {
  readonly link = new FakeLink();
  readonly worksheet = new Worksheet("d", linkOf(this.link));
  readonly hearing = new Hearing();

  constructor(server: Server) {
    this.worksheet.hearers.forEach((hearers) => this.hearing.add(hearers));
    this.hearing.hear(server.opened());
  }

  get sheet(): SheetDocument {
    return this.worksheet.sheet;
  }

  /** Hear what the server has, and wait until it is here. */
  async back(server: Server): Promise<void> {
    this.hearing.hear(server.opened());
    await new Promise((done) => setImmediate(done));
  }
}

function textsOf(sheet: SheetDocument): string[] {
  return sheet.cells.value.map((cell) => sheet.text(cell.id));
}

test("what was typed while the past went is made anew, and nothing of the former document is", async () => {
  const server = new Server("a = 1", "b = 2");
  const page = new Page(server);
  page.sheet.setText(server.ids[0]!, "a = 10");
  assert.equal(server.take(page), 0);
  page.sheet.setText(server.ids[0]!, "a = 10 + x");
  server.compact();
  assert.equal(server.take(page), 1);
  const first = page.sheet.doc;
  await page.back(server);
  assert.notEqual(page.sheet.doc, first);
  assert.equal(page.sheet.past.value, 1);
  assert.equal(server.take(page), 0);
  assert.deepEqual([server.texts(), textsOf(page.sheet)], [["a = 10 + x", "b = 2"], ["a = 10 + x", "b = 2"]]);
  assert.equal(page.worksheet.edits.unsaved.value, 0);
});

test("with nothing unsaved the page takes the new document and sends nothing", async () => {
  const server = new Server("a");
  const page = new Page(server);
  page.sheet.setText(server.ids[0]!, "ab");
  server.take(page);
  server.compact();
  server.sheet.setText(server.ids[0]!, "abc");
  await page.back(server);
  page.worksheet.edits.flush();
  assert.equal(page.link.take("edit").length, 0);
  assert.deepEqual(textsOf(page.sheet), ["abc"]);
});

test("what others wrote meanwhile in the same cell is kept beside one's own", async () => {
  const server = new Server("first\nmiddle\nlast");
  const page = new Page(server);
  const [id] = server.ids;
  page.sheet.setText(id!, "first\nmiddle\nlast, mine");
  server.compact();
  server.sheet.setText(id!, "theirs, first\nmiddle\nlast");
  await page.back(server);
  server.take(page);
  assert.deepEqual(server.texts(), ["theirs, first\nmiddle\nlast, mine"]);
});

test("cells that were added, moved, changed in kind and removed, their flags and the title are carried over", async () => {
  const server = new Server("a", "b", "c", "d");
  const page = new Page(server);
  const [a, b, c, d] = server.ids;
  page.sheet.insert("text", { after: a! }, "new");
  page.sheet.move([d!], null);
  page.sheet.remove([b!]);
  page.sheet.change(c!, { type: "section", depth: 2 });
  page.sheet.setFlag(a!, "hideInput", true);
  page.sheet.setTitle("Curves");
  server.compact();
  await page.back(server);
  server.take(page);
  assert.deepEqual(server.texts(), ["d", "a", "new", "c"]);
  assert.deepEqual([server.sheet.cells.value[1]!.hideInput, server.sheet.cells.value[3]!.type, server.sheet.cells.value[3]!.depth], [true, "section", 2]);
  assert.equal(server.sheet.title.value, "Curves");
  assert.deepEqual(server.ids.filter((id) => [a, c, d].includes(id)), [d, a, c]);
});

test("a cell that one has written in and somebody has taken away comes back with the text", async () => {
  const server = new Server("a", "b");
  const page = new Page(server);
  const [, b] = server.ids;
  page.sheet.setText(b!, "b, and much more");
  server.compact();
  server.sheet.remove([b!]);
  await page.back(server);
  server.take(page);
  assert.deepEqual([server.texts(), server.ids[1]], [["a", "b, and much more"], b]);
});

test("what the server had, and only the page had not heard of, is not there twice", async () => {
  const server = new Server("a");
  const page = new Page(server);
  page.sheet.setText(server.ids[0]!, "a, written");
  page.sheet.insert("code", {}, "one more");
  server.take(page, false);
  server.compact();
  await page.back(server);
  server.take(page);
  assert.deepEqual(server.texts(), ["a, written", "one more"]);
});

test("what others write while the page gets ready is in the document that it goes on with", async () => {
  const server = new Server("a");
  const page = new Page(server);
  server.compact();
  page.hearing.hear(server.opened());
  server.sheet.setText(server.ids[0]!, "a, theirs");
  page.hearing.hear({ type: "edit", document: "d", update: toBase64(Y.encodeStateAsUpdate(server.sheet.doc)), author: "u" });
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(textsOf(page.sheet), ["a, theirs"]);
});

test("twice in a row, and typing on after each, ends with one text for everybody", async () => {
  const server = new Server("x");
  const pages = [new Page(server), new Page(server)];
  const [id] = server.ids;
  for (const round of ["1", "2"]) {
    pages.forEach((page, index) => page.sheet.setText(id!, index ? `${page.sheet.text(id!)}${round}` : `${round}${page.sheet.text(id!)}`));
    server.compact();
    for (const page of pages) {
      await page.back(server);
      server.take(page);
    }
    for (const page of pages) await page.back(server);
  }
  assert.deepEqual(server.texts(), ["21x12"]);
  assert.deepEqual(pages.map((page) => textsOf(page.sheet)), [["21x12"], ["21x12"]]);
});

test("an undo does not reach into what the former document held", async () => {
  const server = new Server("a");
  const page = new Page(server);
  page.sheet.insert("code", {}, "mine");
  server.take(page);
  server.compact();
  await page.back(server);
  assert.equal(page.sheet.undoStructure(), false);
  assert.deepEqual(textsOf(page.sheet), ["a", "mine"]);
});

test("that an edit came from another past is no fault that people are told of", () => {
  const page = new Page(new Server("a"));
  page.hearing.hear({ type: "error", code: "past-changed", parameters: {}, message: "…", about: "edit", document: "d" });
  assert.deepEqual([page.worksheet.notices.current.value, page.worksheet.edits.refused.value], [null, null]);
});

test("whatever happens in which order, all that was typed is there once, and everybody has the same", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    let state = seed;
    const chance = (below: number) => (state = (state * 48271) % 2147483647) % below;
    const server = new Server("one", "two", "three");
    const pages = [new Page(server), new Page(server)];
    const typed: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const page = pages[chance(2)]!;
      const cells = page.sheet.cells.value;
      const id = cells[chance(cells.length)]!.id;
      const word = String.fromCodePoint(0x4e00 + typed.length);
      const action = chance(10);
      if (action < 4) {
        const text = page.sheet.text(id);
        const at = chance(2) ? 0 : text.length;
        page.sheet.source(id)!.insert(at, word);
        typed.push(word);
      } else if (action === 4) typed.push((page.sheet.insert("code", { after: id }, word), word));
      else if (action === 5) page.sheet.move([id], null);
      else if (action === 6) server.compact();
      else {
        await page.back(server);
        server.take(page);
      }
    }
    for (const page of [...pages, ...pages]) {
      await page.back(server);
      server.take(page);
    }
    for (const page of pages) await page.back(server);
    const all = server.texts().join("\n");
    assert.deepEqual(typed.filter((word) => all.split(word).length !== 2), [], `seed ${seed}: ${all}`);
    for (const page of pages) {
      assert.deepEqual([textsOf(page.sheet), page.sheet.cells.value.map((cell) => cell.id)], [server.texts(), server.ids], `seed ${seed}`);
      assert.equal(page.worksheet.edits.unsaved.value, 0);
    }
  }
});
