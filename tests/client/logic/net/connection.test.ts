import assert from "node:assert/strict";
import { test } from "node:test";
import { START, delay, step, type Connection, type Event } from "client/net/connection";

function after(events: Event[], random = 0.5): [Connection, string[]] {
  let state = START;
  let effects: string[] = [];
  for (const event of events) {
    const [next, done] = step(state, event, random);
    state = next;
    effects = done.map((effect) => effect.type);
  }
  return [state, effects];
}

const ticket: Event = { type: "ticket", ticket: "t", url: "ws://x/ws" };
const welcomed: Event[] = [{ type: "start" }, ticket, { type: "opened" }, { type: "welcome", resume: "r1" }];

test("a start fetches a ticket, connects, says hello with it, and is open after the welcome", () => {
  assert.deepEqual(after(welcomed.slice(0, 1))[1], ["fetch_ticket"]);
  assert.deepEqual(after(welcomed.slice(0, 2))[1], ["connect"]);
  assert.deepEqual(after(welcomed.slice(0, 3))[1], ["hello"]);
  assert.equal(after(welcomed)[0].phase, "open");
});

test("a lost connection waits, then comes back with the resume secret and without a ticket", () => {
  const [waiting, effects] = after([...welcomed, { type: "closed" }]);
  assert.equal(waiting.phase, "waiting");
  assert.deepEqual(effects, ["wait"]);
  const [again, connects] = after([...welcomed, { type: "closed" }, { type: "timer" }]);
  assert.deepEqual(connects, ["connect"]);
  assert.deepEqual(again.secret, { kind: "resume", value: "r1" });
});

test("a refused resume secret is replaced by a new ticket", () => {
  const events: Event[] = [...welcomed, { type: "closed" }, { type: "timer" }, { type: "opened" }, { type: "refused", code: "bad-ticket" }, { type: "closed" }];
  assert.deepEqual(after(events)[1], ["fetch_ticket"]);
});

test("a resume secret that is refused after many failures is replaced at once, a refused ticket only after a wait", () => {
  const failed: Event[] = [...welcomed, { type: "closed" }, { type: "timer" }, { type: "closed" }, { type: "timer" }];
  const refused: Event[] = [{ type: "opened" }, { type: "refused", code: "bad-ticket" }, { type: "closed" }];
  assert.deepEqual(after([...failed, ...refused])[1], ["fetch_ticket"]);
  assert.deepEqual(after([...failed, ...refused, ticket, ...refused])[1], ["wait"]);
});

test("what can't succeed stops for good, until somebody starts it again", () => {
  const stopped: Event[] = [{ type: "start" }, { type: "ticket_failed", code: "not-signed-in", final: true }];
  assert.equal(after(stopped)[0].phase, "stopped");
  assert.equal(after([...stopped, { type: "timer" }])[0].phase, "stopped");
  assert.deepEqual(after([...stopped, { type: "start" }])[1], ["fetch_ticket"]);
  assert.equal(after([...welcomed.slice(0, 3), { type: "refused", code: "version-mismatch" }])[0].reason, "version-mismatch");
});

test("a server that goes away names the time to come back", () => {
  const [state, effects] = step(after(welcomed)[0], { type: "going_away", after: 3 }, 0);
  assert.deepEqual(effects, [{ type: "close" }, { type: "wait", seconds: 3 }]);
  assert.equal(step(state, { type: "closed" }, 0)[0].phase, "waiting");
});

test("coming online tries at once, but only when waiting", () => {
  assert.deepEqual(after([...welcomed, { type: "closed" }, { type: "online" }])[1], ["connect"]);
  assert.deepEqual(after([...welcomed, { type: "online" }])[1], []);
});

test("the first wait is 0.5 to 2 s, doubling to at most 30 s", () => {
  assert.equal(delay(0, 0), 0.5);
  assert.equal(delay(0, 1), 2);
  assert.equal(delay(1, 0), 1);
  assert.equal(delay(20, 0.9), 30);
});
