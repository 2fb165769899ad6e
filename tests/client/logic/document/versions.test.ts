import assert from "node:assert/strict";
import { test } from "node:test";
import { Versions } from "client/document/versions";
import type { VersionEntry } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

const entry = (id: string): VersionEntry => ({ id, kind: "save", name: "", author: "", time: "", files_changed: 1 });

test("the newest version is the last that was told, and one with nothing new changes nothing", () => {
  const versions = new Versions(linkOf(new FakeLink()), () => undefined);
  versions.hearers.version!({ type: "version", version: entry("1") });
  versions.hearers.version!({ type: "version", version: null, unchanged: true });
  assert.equal(versions.newest.value!.id, "1");
});

test("what could not be saved is known until a save keeps all", () => {
  const versions = new Versions(linkOf(new FakeLink()), () => undefined);
  versions.hearers.unsaved!({ type: "unsaved", paths: [{ path: "a", why: "is too large" }] });
  assert.equal(versions.unsaved.value!.paths[0]!.path, "a");
  versions.hearers.unsaved!({ type: "unsaved", paths: [], problem: "The disk is full." });
  assert.equal(versions.unsaved.value!.problem, "The disk is full.");
  versions.hearers.unsaved!({ type: "unsaved", paths: [] });
  assert.equal(versions.unsaved.value, null);
});

test("saving sends the edits first, and is under way until the answer", async () => {
  const link = new FakeLink();
  const order: string[] = [];
  const versions = new Versions(linkOf(link), () => void order.push(`edits, then ${link.asked.length} questions`));
  const saved = versions.save("named");
  assert.deepEqual([order, versions.saving.value], [["edits, then 0 questions"], true]);
  assert.deepEqual(link.asked[0]!.message, { type: "save", name: "named" });
  link.asked[0]!.resolve({ type: "version", version: entry("1") });
  await saved;
  assert.equal(versions.saving.value, false);
});

test("a save that fails is over as well", async () => {
  const link = new FakeLink();
  const versions = new Versions(linkOf(link), () => undefined);
  const saved = versions.save();
  link.asked[0]!.reject(new Error("no"));
  await assert.rejects(saved);
  assert.equal(versions.saving.value, false);
});

test("loading asks for one version; without an answer nothing changes", async () => {
  const link = new FakeLink();
  const versions = new Versions(linkOf(link), () => undefined);
  const first = versions.load();
  link.asked[0]!.resolve({ type: "versions", request: 1, versions: [entry("9")], more: true });
  await first;
  const second = versions.load();
  link.asked[1]!.reject(new Error("unreachable"));
  await second;
  assert.equal(versions.newest.value!.id, "9");
});

test("a save with nothing new is known until there is another version", async () => {
  const link = new FakeLink();
  const versions = new Versions(linkOf(link), () => undefined);
  const saved = versions.save();
  link.asked[0]!.resolve({ type: "version", version: null, unchanged: true });
  await saved;
  assert.equal(versions.unchanged.value, true);
  versions.hearers.version!({ type: "version", version: entry("2") });
  assert.equal(versions.unchanged.value, false);
});
