import "../../page";
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { Json } from "client/net/json";
import { Interact, type Message } from "client/outputs/interact/interact";

const CONTROLS: Json = [
  { name: "n", kind: "slider", label: "n", min: 0, max: 100, step: 1 },
  { name: "f", kind: "text", label: "f" },
  { name: "go", kind: "button", text: "Go" },
];

let sent: Message[] = [];
let connection = "mine";
let connected = true;
let time = 0;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  [sent, connection, connected, time] = [[], "mine", true, 0];
});
afterEach(() => mock.timers.reset());

function pass(milliseconds: number): void {
  time += milliseconds;
  mock.timers.tick(milliseconds);
}

function made(more: Record<string, Json> = {}): Interact {
  const send = (message: Message) => {
    if (connected) sent.push(message);
    return connected;
  };
  const interact = new Interact({ send, connection: () => connection }, () => time);
  interact.hear({ controls: CONTROLS, layout: null, auto: true, values: { n: 1, f: "x", go: 0 }, errors: {}, busy: false, serial: 0, by: "", ...more });
  return interact;
}

/** The server answers the last message. */
function answer(interact: Interact, more: Record<string, Json> = {}, message = sent.at(-1)!): void {
  interact.hear({ values: message.values as Json, busy: false, serial: message.serial, by: connection, errors: {}, errors_by: connection, ...more });
}

function shown(interact: Interact): unknown {
  return Object.fromEntries(interact.values.value);
}

test("what is set shows at once and is sent", () => {
  const interact = made();
  interact.set("n", 5);
  assert.deepEqual(shown(interact), { n: 5, f: "x", go: 0 });
  assert.deepEqual(sent.map(({ values }) => values), [{ n: 5 }]);
  interact.set("n", 5);
  interact.set("nothing", 1);
  assert.equal(sent.length, 1);
});

test("while a message is under way only the latest value waits, and goes when it is answered", () => {
  const interact = made();
  for (const value of [5, 6, 7, 8]) interact.set("n", value);
  assert.equal(sent.length, 1);
  answer(interact);
  assert.deepEqual(sent.map(({ values }) => values), [{ n: 5 }, { n: 8 }]);
  assert.ok(sent[1]!.serial > sent[0]!.serial);
  assert.deepEqual(shown(interact), { n: 8, f: "x", go: 0 });
});

test("where the answer takes long the latest goes out after a moment, and nothing more when nothing waits", () => {
  const interact = made();
  interact.set("n", 5);
  interact.set("n", 6);
  interact.set("f", "y");
  pass(30);
  assert.equal(sent.length, 1);
  pass(15);
  assert.deepEqual(sent.map(({ values }) => values), [{ n: 5 }, { n: 6, f: "y" }]);
  pass(10_000);
  assert.equal(sent.length, 2);
});

test("what is held is moved by nobody, and shows what the server has once it is let go", () => {
  const interact = made();
  interact.hold("n");
  interact.set("n", 50);
  answer(interact, { values: { n: 40 } });
  interact.hear({ values: { n: 3, f: "z" }, busy: false, serial: 9, by: "other" });
  assert.deepEqual(shown(interact), { n: 50, f: "z", go: 0 });
  interact.letGo("n");
  assert.deepEqual(shown(interact), { n: 3, f: "z", go: 0 });
});

test("the echo of an older message moves nothing back", () => {
  const interact = made();
  interact.set("n", 5);
  pass(50);
  interact.set("n", 6);
  answer(interact, {}, sent[0]!);
  assert.equal(interact.values.value.get("n"), 6);
  answer(interact, { values: { n: 7 } });
  assert.equal(interact.values.value.get("n"), 7);
});

test("what others set shows, but for what this page has just set itself", () => {
  const interact = made();
  interact.set("n", 5);
  interact.hear({ values: { n: 1, f: "theirs" }, busy: true, serial: 3, by: "other" });
  assert.deepEqual(shown(interact), { n: 5, f: "theirs", go: 0 });
  answer(interact);
  interact.hear({ values: { n: 2 }, busy: false, serial: 4, by: "other" });
  assert.equal(interact.values.value.get("n"), 2);
});

test("a value that was refused stays as it was typed beside the reason, until it is set again", () => {
  const interact = made();
  interact.set("f", "2+");
  answer(interact, { values: { f: "x" }, errors: { f: "Unexpected end." } });
  assert.equal(interact.values.value.get("f"), "2+");
  assert.equal(interact.errors.value.get("f"), "Unexpected end.");
  interact.set("f", "2");
  assert.equal(interact.errors.value.size, 0);
});

test("what was refused is nothing to come back to", () => {
  const interact = made();
  interact.set("f", "2+");
  answer(interact, { values: { f: "x" }, errors: { f: "Unexpected end." } });
  time += 5000;
  interact.set("f", "2");
  answer(interact);
  interact.undo();
  assert.deepEqual(sent.at(-1)!.values, { f: "x" });
  assert.ok(!interact.past.mayUndo);
});

test("what somebody else typed wrongly is no fault of what is shown here", () => {
  const interact = made();
  interact.hear({ values: { f: "x" }, errors: { f: "Unexpected end." }, errors_by: "other", busy: false, serial: 1, by: "other" });
  assert.equal(interact.errors.value.size, 0);
});

test("what was refused stays with its reason whatever others do, until they set the same", () => {
  const interact = made();
  interact.set("f", "2+");
  // Somebody else was heard between that and its evaluation.
  interact.hear({ values: { f: "x" }, errors: { f: "Unexpected end." }, errors_by: connection, busy: true, serial: 7, by: "other" });
  assert.equal(interact.errors.value.get("f"), "Unexpected end.");
  interact.hear({ values: { n: 4 }, errors: {}, errors_by: "other", busy: false, serial: 8, by: "other" });
  assert.deepEqual([interact.errors.value.size, interact.values.value.get("f"), interact.values.value.get("n")], [1, "2+", 4]);
  answer(interact, { values: {} , errors: { f: "Unexpected end." } });
  interact.hear({ values: { f: "theirs" }, busy: true, serial: 9, by: "other" });
  assert.deepEqual([interact.errors.value.size, interact.values.value.get("f")], [0, "theirs"]);
});

test("without automatic evaluation changes wait for Update, all in one message", () => {
  const interact = made({ auto: false });
  interact.set("n", 5);
  interact.set("f", "y");
  pass(1000);
  assert.equal(sent.length, 0);
  assert.ok(interact.due.value);
  interact.update();
  assert.deepEqual(sent.map(({ values }) => values), [{ n: 5, f: "y" }]);
  assert.ok(!interact.due.value);
  answer(interact);
  interact.update();
  assert.deepEqual(sent[1]!.values, {});
});

test("every press of a button is said, with its count", () => {
  const interact = made();
  interact.press("go");
  interact.press("go");
  interact.press("go");
  answer(interact);
  answer(interact);
  assert.deepEqual(sent.map(({ values, pressed }) => [values, pressed]).slice(0, 1), [[{ go: 1 }, "go"]]);
  pass(100);
  answer(interact);
  assert.equal(sent.filter(({ pressed }) => pressed === "go").length, 3);
  assert.equal(interact.values.value.get("go"), 3);
});

test("what was set is taken back and set again, as messages like others", () => {
  const interact = made();
  interact.set("n", 5);
  answer(interact);
  assert.ok(interact.undo());
  assert.deepEqual(sent[1]!.values, { n: 1 });
  answer(interact);
  assert.ok(interact.redo());
  assert.deepEqual(sent[2]!.values, { n: 5 });
  answer(interact);
  interact.undo();
  assert.ok(!interact.undo());
});

test("several values at once are one message and one step back", () => {
  const interact = made();
  assert.ok(interact.setAll(new Map<string, number | string>([["n", 9], ["f", "y"], ["gone", 1]])));
  assert.deepEqual(sent[0]!.values, { n: 9, f: "y" });
  assert.ok(!interact.setAll(new Map([["n", 9]])));
  answer(interact);
  interact.undo();
  assert.deepEqual(sent[1]!.values, { n: 1, f: "x" });
});

test("after a reconnect what was on its way is said again, with what was changed since", () => {
  const interact = made();
  interact.set("n", 5);
  connected = false;
  interact.set("f", "y");
  pass(100);
  interact.resume();
  assert.equal(sent.length, 1);
  [connected, connection] = [true, "another"];
  interact.resume();
  assert.deepEqual(sent[1]!.values, { n: 5, f: "y" });
});

test("controls may become others while they are there; values of those that are gone go with them", () => {
  const interact = made();
  interact.set("n", 5);
  const controls: Json = [{ name: "n", kind: "slider", label: "n", min: 0, max: 10, step: 1 }, { name: "m", kind: "check", label: "m" }];
  answer(interact, { controls, layout: null, values: { n: 5, m: true } });
  assert.deepEqual(interact.controls.value.map(({ name }) => name), ["n", "m"]);
  assert.deepEqual(shown(interact), { n: 5, m: true });
  interact.undo();
  assert.deepEqual(sent[1]!.values, { n: 1 });
});

test("a text that is submitted tells so, with what was typed or without", () => {
  const interact = made();
  interact.set("f", "y");
  answer(interact);
  interact.submit("f");
  pass(100);
  assert.deepEqual(sent.map(({ values, pressed }) => [values, pressed]), [[{ f: "y" }, undefined], [{}, "f"]]);
  assert.deepEqual(shown(interact), { n: 1, f: "y", go: 0 });
});
