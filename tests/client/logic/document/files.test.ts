import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkspaceFiles } from "client/document/files";
import type { DocumentEntry } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

const entry = (id: string, path: string): DocumentEntry => ({ id, path, title: "", edited: "" });
const paths = (files: WorkspaceFiles) => files.documents.value.map((each) => each.path);

test("the list is sorted by path, and follows what others make, rename and remove", async () => {
  const link = new FakeLink();
  const files = new WorkspaceFiles(linkOf(link));
  const loading = files.load();
  link.asked[0]!.resolve({ type: "documents", request: 1, documents: [entry("2", "b"), entry("1", "a")] });
  await loading;
  files.hearers.created!({ type: "created", document: entry("3", "aa") });
  assert.deepEqual(paths(files), ["a", "aa", "b"]);
  files.hearers.renamed!({ type: "renamed", document: entry("1", "z") });
  files.hearers.removed!({ type: "removed", document: "3" });
  assert.deepEqual(paths(files), ["b", "z"]);
});

test("a name becomes a path with its ending, once", () => {
  const link = new FakeLink();
  const files = new WorkspaceFiles(linkOf(link));
  void files.create("curve");
  void files.rename("1", "curve.sage.md");
  void files.remove("1");
  assert.deepEqual(link.asked.map(({ message }) => message), [
    { type: "create", path: "curve.sage.md" }, { type: "rename", document: "1", path: "curve.sage.md" }, { type: "remove", document: "1" },
  ]);
});

test("what the files take is the last that was told", () => {
  const files = new WorkspaceFiles(linkOf(new FakeLink()));
  assert.equal(files.storage.value, null);
  files.hearers.storage!({ type: "storage", used: 5, size: 10, files: 1, most_files: 2, problem: "The disk is nearly full." });
  assert.equal(files.storage.value!.problem, "The disk is nearly full.");
  files.hearers.storage!({ type: "storage", used: 4, size: 10, files: 1, most_files: 2 });
  assert.equal(files.storage.value!.used, 4);
});
