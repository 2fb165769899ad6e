import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "client/document/session";
import type { SessionStatus } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

const ended: SessionStatus = { type: "session", document: "d", state: "ended", flavour: "sage", since: "t1", sentence: "It used 2 GB." };

test("what the server says is the status, and its sentence shows", () => {
  const session = new Session("d", linkOf(new FakeLink()));
  assert.deepEqual([session.status.value, session.sentence.value], [null, null]);
  session.hearers.session!(ended);
  assert.deepEqual([session.status.value, session.sentence.value], [ended, "It used 2 GB."]);
});

test("a dismissed sentence stays away while figures of the same state come, and the status stays the server's", () => {
  const session = new Session("d", linkOf(new FakeLink()));
  session.know(ended);
  session.dismiss();
  assert.equal(session.sentence.value, null);
  session.know({ ...ended, memory: 5 });
  assert.equal(session.sentence.value, null);
  assert.equal(session.status.value!.sentence, "It used 2 GB.");
});

test("the sentence of a later state shows again, were it the same", () => {
  const session = new Session("d", linkOf(new FakeLink()));
  session.dismiss();
  session.know(ended);
  session.dismiss();
  session.know({ ...ended, since: "t2" });
  assert.equal(session.sentence.value, "It used 2 GB.");
});

test("what people ask of the session is sent for this document", () => {
  const link = new FakeLink();
  const session = new Session("d", linkOf(link));
  session.interrupt();
  session.restart();
  session.stop();
  assert.deepEqual(link.sent, ["interrupt", "restart", "stop"].map((type) => ({ type, document: "d" })));
});
