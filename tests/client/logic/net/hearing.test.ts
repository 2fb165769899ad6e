import assert from "node:assert/strict";
import { test } from "node:test";
import { Hearing, ofDocument } from "client/net/hearing";

test("a message reaches everyone who listens to its type, in order, and nobody else", () => {
  const heard: string[] = [];
  const hearing = new Hearing();
  hearing.add({ pong: ({ sent }) => void heard.push(`first ${sent}`), going_away: () => void heard.push("never") });
  hearing.add({});
  hearing.add({ pong: ({ sent }) => void heard.push(`second ${sent}`) });
  hearing.hear({ type: "pong", sent: 3 });
  hearing.hear({ type: "rights", role: "viewer", may_run: false });
  assert.deepEqual(heard, ["first 3", "second 3"]);
});

test("hearers of a document heed it and what names none, and no other document", () => {
  const heard: string[] = [];
  const hearing = new Hearing();
  hearing.add(ofDocument("d", { saved: ({ edit }) => void heard.push(`saved ${edit}`), error: ({ code }) => void heard.push(code) }));
  hearing.hear({ type: "saved", document: "d", edit: 1 });
  hearing.hear({ type: "saved", document: "e", edit: 2 });
  hearing.hear({ type: "error", code: "too-often", parameters: {}, message: "" });
  hearing.hear({ type: "error", code: "bad-update", parameters: {}, message: "", document: "e" });
  assert.deepEqual(heard, ["saved 1", "too-often"]);
});

test("a message about another thing that holds a document as a value is heard", () => {
  const heard: string[] = [];
  const hearing = new Hearing();
  hearing.add(ofDocument("d", { created: ({ document }) => void heard.push(document.id) }));
  hearing.hear({ type: "created", document: { id: "new", path: "new.sage.md", title: "", edited: "" } });
  assert.deepEqual(heard, ["new"]);
});
