import assert from "node:assert/strict";
import { test } from "node:test";
import { Notices } from "client/document/notices";

test("one sentence shows until it is dismissed or another comes", () => {
  const notices = new Notices();
  assert.equal(notices.current.value, null);
  notices.show("one");
  notices.show("two");
  assert.equal(notices.current.value, "two");
  notices.dismiss();
  assert.equal(notices.current.value, null);
});

test("what is said aloud is apart from what is shown", () => {
  const notices = new Notices();
  notices.announce("Cell 1 done");
  assert.deepEqual([notices.announcement.value, notices.current.value], ["Cell 1 done", null]);
});
