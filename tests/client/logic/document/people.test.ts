import assert from "node:assert/strict";
import { test } from "node:test";
import { People } from "client/document/people";
import type { Person } from "client/net/messages";
import { FakeLink, linkOf } from "../link";

const person = (connection: string, cell?: string): Person => ({ connection, user: `user of ${connection}`, name: connection, state: cell ? { cell } : null });
const presence = (people: People, who: Person, left?: boolean) => people.hearers.presence!({ type: "presence", document: "d", person: who, ...(left ? { left } : {}) });

test("the others are all but this connection, as often as somebody is there", () => {
  const people = new People("d", linkOf(new FakeLink()));
  people.know([person("mine"), person("a"), person("b")]);
  assert.deepEqual(people.others.value.map((each) => each.name), ["a", "b"]);
});

test("who moves is known by the newest word, who leaves is gone, and our own echo is nobody", () => {
  const people = new People("d", linkOf(new FakeLink()));
  presence(people, person("a", "c1"));
  presence(people, person("a", "c2"));
  presence(people, person("mine", "c1"));
  assert.deepEqual(people.others.value.map((each) => each.state), [{ cell: "c2" }]);
  presence(people, person("a"), true);
  presence(people, person("stranger"), true);
  assert.deepEqual(people.others.value, []);
});

test("where we are is told to the others", () => {
  const link = new FakeLink();
  new People("d", linkOf(link)).say({ cell: "c1", anchor: 1, head: 2 });
  assert.deepEqual(link.sent, [{ type: "presence", document: "d", state: { cell: "c1", anchor: 1, head: 2 } }]);
});

test("where we are is told again to a connection that is made anew", () => {
  const link = new FakeLink();
  const people = new People("d", linkOf(link));
  people.know([]);
  people.say({ cell: "c1", anchor: 3, head: 3 });
  link.take("presence");
  people.know([person("a")]);
  assert.deepEqual(link.take("presence").map((message) => message["state"]), [{ cell: "c1", anchor: 3, head: 3 }]);
});
