import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "client/document/session";
import type { SessionStatus } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

const ended: SessionStatus = { type: "session", document: "d", state: "ended", flavour: "sage", since: "t1", sentence: "It used 2 GB." };

test("what the server says is the status, and its sentence shows", () => {
  const session = new Session("d1", linkOf(new FakeLink()));
  assert.deepEqual([session.status.value, session.sentence.value], [null, null]);
  session.hearers.session!(ended);
  assert.deepEqual([session.status.value, session.sentence.value], [ended, "It used 2 GB."]);
});

test("a dismissed sentence stays away while figures of the same state come, and the status stays the server's", () => {
  const session = new Session("d2", linkOf(new FakeLink()));
  session.know(ended);
  session.dismiss();
  assert.equal(session.sentence.value, null);
  session.know({ ...ended, memory: 5 });
  assert.equal(session.sentence.value, null);
  assert.equal(session.status.value!.sentence, "It used 2 GB.");
});

test("the sentence of a later state shows again, were it the same", () => {
  const session = new Session("d3", linkOf(new FakeLink()));
  session.dismiss();
  session.know(ended);
  session.dismiss();
  session.know({ ...ended, since: "t2" });
  assert.equal(session.sentence.value, "It used 2 GB.");
});

test("what people ask of the session is sent for this document", () => {
  const link = new FakeLink();
  const session = new Session("d4", linkOf(link));
  session.interrupt();
  session.restart();
  session.stop();
  assert.deepEqual(link.sent, ["interrupt", "restart", "stop"].map((type) => ({ type, document: "d4" })));
});

const gone: SessionStatus = { ...ended, state: "starting", since: "t2", reason: "gone", sentence: "Variables are gone." };

test("of an end that this page asked for nothing is said, now or after a reload, until the next one", () => {
  const session = new Session("asked", linkOf(new FakeLink()));
  session.restart();
  session.know({ ...ended, reason: "restarted" });
  assert.equal(session.sentence.value, null);
  session.know(gone);
  session.know({ ...gone, state: "ready" });
  assert.equal(session.sentence.value, null);
  const again = new Session("asked", linkOf(new FakeLink()));
  again.know({ ...gone, state: "ready" });
  assert.equal(again.sentence.value, null);
  again.know({ ...gone, state: "running", reason: null, sentence: null });
  again.know({ ...ended, reason: "restarted", sentence: "Somebody restarted it." });
  assert.equal(again.sentence.value, "Somebody restarted it.");
});

test("an end for another reason than the one that was asked for is said", () => {
  const session = new Session("other", linkOf(new FakeLink()));
  session.stop();
  session.know({ ...ended, reason: "memory" });
  assert.equal(session.sentence.value, "It used 2 GB.");
});

test("who dismissed why a session ended is not told that its variables are gone", () => {
  const session = new Session("read", linkOf(new FakeLink()));
  session.know({ ...ended, reason: "idle" });
  session.dismiss();
  session.know(gone);
  assert.equal(session.sentence.value, null);
});
