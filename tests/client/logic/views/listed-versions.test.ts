import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ListedVersions } from "client/views/history/listed-versions";
import { FakeLink, linkOf } from "../link";

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `v${from - at}`, kind: "autosave", name: "", author: "", time: "", files_changed: 1 }));

/** A list of versions numbered down from one, and a server that has them. */
function listed(newest: number) {
  const link = new FakeLink();
  const list = new ListedVersions(linkOf(link));
  const server = { newest };
  const answer = async () => {
    await new Promise((done) => setImmediate(done));
    const { message, resolve } = link.asked.shift()!;
    const from = message["before"] === undefined ? server.newest : Number(message["before"].slice(1)) - 1;
    resolve({ type: "versions", request: 1, versions: entries(from, Math.min(from, 50)), more: from > 50 } as never);
    await new Promise((done) => setImmediate(done));
  };
  return { link, list, server, answer, ids: () => list.versions.value?.map(({ id }) => id) ?? [] };
}

test("asked twice at once, one further page is shown", async () => {
  const { link, list, answer, ids } = listed(200);
  void list.refresh();
  await answer();
  void list.further();
  void list.further();
  await answer();
  assert.equal(link.asked.length, 0);
  assert.deepEqual([ids().length, new Set(ids()).size, list.busy.value], [100, 100, false]);
});

test("a version that is made meanwhile takes nothing away from a list that was paged down", async () => {
  const { list, server, answer, ids } = listed(120);
  void list.refresh();
  await answer();
  void list.further();
  await answer();
  server.newest = 121;
  void list.refresh();
  await answer();
  await answer();
  assert.deepEqual([ids().length, ids()[0], ids().at(-1), list.more.value], [100, "v121", "v22", true]);
});

test("what failed is told until something comes of it", async () => {
  const { link, list, answer } = listed(3);
  void list.refresh();
  await new Promise((done) => setImmediate(done));
  link.asked.shift()!.reject(new Error("no"));
  await new Promise((done) => setImmediate(done));
  assert.equal((list.failure.value as Error).message, "no");
  void list.refresh();
  await answer();
  assert.deepEqual([list.failure.value, list.versions.value?.length], [null, 3]);
});
