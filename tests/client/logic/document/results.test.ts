import assert from "node:assert/strict";
import { test } from "node:test";
import { applyChannel, applyCleared, applyOutput, applyRunState, expectRun, forgetExpected, replaceAll, type Results } from "client/document/results";

const empty: Results = new Map();
const status = (run: string, state: string): RunStatus => ({ run, cell: "c", number: 1, state, hash: "h", queued: "" });
const piece = (sequence: number, text = "x"): Piece => ({ sequence, kind: "stream", body: { name: "stdout", text } });
const output = (run: string, one: Piece): OutputMessage => ({ type: "output", document: "d", epoch: 1, sequence: 1, run, cell: "c", piece: one });

function ran(): Results {
  let results = applyRunState(empty, status("1", "running"));
  results = applyOutput(results, output("1", piece(1, "old")));
  return applyRunState(results, status("1", "done"));
}

test("a run shows as queued at once and keeps the old output until it starts", () => {
  let results = expectRun(ran(), "c", status("2", "queued"));
  assert.equal(results.get("c")!.run.state, "queued");
  assert.equal(results.get("c")!.pieces.length, 1);
  results = applyRunState(results, status("2", "queued"));
  assert.equal(results.get("c")!.pieces.length, 1);
  results = applyRunState(results, status("2", "running"));
  assert.equal(results.get("c")!.pieces.length, 0);
});

test("output that comes before the word that the run started replaces the old output", () => {
  const results = applyOutput(expectRun(ran(), "c", status("2", "queued")), output("2", piece(1, "new")));
  assert.deepEqual(results.get("c")!.pieces.map((each) => each.body["text"]), ["new"]);
});

test("a piece that comes twice is taken once, and one of an overtaken run not at all", () => {
  let results = applyRunState(empty, status("2", "running"));
  results = applyOutput(results, output("2", piece(1)));
  results = applyOutput(results, output("2", piece(1)));
  results = applyOutput(results, output("1", piece(2)));
  assert.equal(results.get("c")!.pieces.length, 1);
});

test("a piece of a known number takes its place, and others go", () => {
  let results = applyRunState(empty, status("2", "running"));
  for (const number of [1, 2, 3, 4]) results = applyOutput(results, output("2", piece(number)));
  results = applyOutput(results, output("2", piece(2, "new")));
  results = applyOutput(results, { ...output("2", piece(5)), removed: [1, 1, 3, 4] });
  assert.deepEqual(results.get("c")!.pieces.map(({ sequence, body }) => [sequence, body["text"]]), [[2, "new"], [5, "x"]]);
  results = applyOutput(results, output("2", piece(3, "gone")));
  assert.equal(results.get("c")!.pieces.length, 2);
});

test("when everything goes, nothing is left out any more", () => {
  const held = replaceAll([{ cell: "c", run: status("9", "running"), pieces: [piece(1)], left_out: 3 }]);
  const { piece: _, ...cleared } = { ...output("9", piece(1)), removed: [1, 4] };
  const known = applyOutput(held, cleared).get("c")!;
  assert.deepEqual([known.pieces.length, known.leftOut], [0, 0]);
});

test("a late word about a run that is over changes nothing", () => {
  assert.equal(applyRunState(ran(), status("1", "running")).get("c")!.run.state, "done");
});

test("a run that the server refused shows as not run", () => {
  const results = forgetExpected(expectRun(empty, "c", status("2", "queued")), ["c"]);
  assert.equal(results.get("c")!.run.state, "cancelled");
});

test("what the server keeps replaces what the page had", () => {
  const results = replaceAll([{ cell: "k", run: status("9", "done"), pieces: [piece(1)], left_out: 3 }]);
  assert.deepEqual([...results.keys()], ["k"]);
  assert.equal(results.get("k")!.leftOut, 3);
});

test("cleared output goes, and that the cell ran stays", () => {
  const results = applyCleared(ran(), ["1", "unknown"]);
  assert.deepEqual([results.get("c")!.run.state, results.get("c")!.pieces.length], ["done", 0]);
  assert.equal(applyCleared(ran(), ["2"]).get("c")!.pieces.length, 1);
});

const place = { document: "d", epoch: 1, sequence: 9, run: "1" };
const controls = { channel: 2, kind: "interact", body: { values: { n: 1 }, busy: true }, live: true };
const question = { channel: 1, kind: "input", body: { prompt: "Name? " } };

test("what a run has open is told channel by channel, and takes nothing of its output away", () => {
  let results = applyOutput(applyRunState(empty, status("1", "running")), output("1", piece(1)));
  for (const opened of [question, controls, question]) results = applyChannel(results, { type: "channel_opened", ...place, opened });
  assert.deepEqual(results.get("c")!.run.channels, [controls, question]);
  assert.equal(applyRunState(results, status("1", "running")).get("c")!.run.channels!.length, 2);
  const answered = applyChannel(results, { type: "channel_closed", ...place, channel: 1 });
  assert.deepEqual(answered.get("c")!.run.channels, [controls]);
  assert.equal(answered.get("c")!.pieces.length, 1);
  assert.equal(applyChannel(results, { type: "channel_closed", ...place, run: "0", channel: 1 }).get("c"), results.get("c"));
});

test("the end of a run closes what it asks, and leaves its controls; another run has none of them", () => {
  let results = applyRunState(empty, status("1", "running"));
  for (const opened of [question, controls]) results = applyChannel(results, { type: "channel_opened", ...place, opened });
  results = applyRunState(results, status("1", "interrupted"));
  assert.deepEqual(results.get("c")!.run.channels, [controls]);
  const over = applyChannel(results, { type: "channel_closed", ...place, channel: 2, stays: true });
  assert.deepEqual(over.get("c")!.run.channels, [{ ...controls, live: false, body: { values: { n: 1 }, busy: false } }]);
  assert.equal(applyRunState(results, status("2", "running")).get("c")!.run.channels, undefined);
});

test("what changes of controls is put over what was known of them, and other controls have other values", () => {
  const body = { controls: [{ name: "n" }], auto: true, values: { n: 1, m: 2 }, busy: false };
  const channels = [1, 2].map((channel) => ({ channel, kind: "interact", body, live: true }));
  const results = applyRunState(ran(), { ...status("1", "done"), channels });
  const bodyOf = (some: Results, place: number) => some.get("c")!.run.channels![place]!.body;
  const told = { type: "channel_state" as const, document: "d", epoch: 1, sequence: 9, run: "1", channel: 2 };
  const moved = applyChannel(results, { ...told, state: { values: { n: 5 }, busy: true, serial: 3, by: "me" } });
  assert.deepEqual(bodyOf(moved, 1), { ...body, values: { n: 5, m: 2 }, busy: true, serial: 3, by: "me" });
  assert.equal(bodyOf(moved, 0), body);
  assert.equal(bodyOf(moved, 1)["controls"], body.controls);
  const others = applyChannel(moved, { ...told, state: { controls: [{ name: "q" }], layout: null, values: { q: 0 }, busy: false, serial: 3, by: "me" } });
  assert.deepEqual(bodyOf(others, 1)["values"], { q: 0 });
  assert.equal(applyChannel(moved, { ...told, run: "0", state: { busy: true, serial: 1, by: "" } }).get("c"), moved.get("c"));
});
