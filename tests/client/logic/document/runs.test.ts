import { page } from "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worksheet } from "client/document/worksheet";
import type { CellOutput, FromServer, Opened, Piece } from "client/net/messages";
import { Hearing } from "client/net/hearing";
import { FakeLink, linkOf } from "../link";

const piece = (sequence: number): Piece => ({ sequence, kind: "stream", body: { name: "stdout", text: "x" } });

function opened(cells: CellOutput[] | null, sequence = 0): Opened {
  const session = { type: "session" as const, document: "d", state: "ready", flavour: "sage", since: "" };
  return { type: "opened", document: "d", path: "a.sage.md", epoch: 1, sequence, update: "", vector: "", session, people: [], cells };
}

/** A worksheet with two code cells and a text, connected. */
function sheet() {
  const link = new FakeLink();
  const worksheet = new Worksheet("d", linkOf(link));
  const hearing = new Hearing();
  worksheet.hearers.forEach((hearers) => hearing.add(hearers));
  hearing.hear(opened([]));
  const ids = [worksheet.sheet.insert("code", {}, "1+1"), worksheet.sheet.insert("text", {}, "words"), worksheet.sheet.insert("code", {}, "  \n")];
  const hear = (message: FromServer) => hearing.hear(message);
  const state = (run: string, state: string, sequence: number, more = {}) =>
    hear({ type: "run_state", document: "d", epoch: 1, sequence, run, cell: ids[0]!, number: 1, state, hash: "", queued: "", ...more });
  const output = (run: string, sequence: number, one: Piece) =>
    hear({ type: "output", document: "d", epoch: 1, sequence, run, cell: ids[0]!, piece: one });
  return { link, worksheet, ids, hear, state, output, runs: worksheet.runs };
}

test("a run sends the edits first, then the code cells that hold something, with their hashes", () => {
  const { link, worksheet, ids } = sheet();
  worksheet.runAll();
  assert.deepEqual(link.sent.map((message) => message["type"]), ["edit", "run"]);
  const [run] = link.take("run");
  assert.deepEqual(run!["cells"].map((each: { cell: string }) => each.cell), [ids[0]]);
  assert.match(run!["cells"][0].hash, /^[0-9a-f]{64}$/);
});

test("nothing is asked for when nothing can run, or nobody may", () => {
  const { link, worksheet, ids } = sheet();
  worksheet.run([ids[1]!, ids[2]!, "gone"]);
  link.welcome.value = { ...link.welcome.value!, may_run: false };
  worksheet.runAll();
  assert.deepEqual(link.take("run"), []);
});

test("a run without a connection says so and leaves no cell waiting", () => {
  const { link, worksheet, runs } = sheet();
  link.open = false;
  worksheet.runAll();
  assert.deepEqual([worksheet.notices.current.value, runs.busy.value.length], ["offline", 0]);
});

test("a run that is over is not kept until the server says so, and what is opened anew is", () => {
  const { worksheet, hear, runs, state } = sheet();
  state("r1", "running", 1);
  state("r1", "done", 2);
  assert.equal(runs.unkept.value, true);
  const since = runs.unkeptSince.value;
  assert.ok(since !== null);
  state("r2", "done", 3);
  assert.equal(runs.unkeptSince.value, since);
  hear({ type: "kept", document: "d", epoch: 1, sequence: 2 });
  assert.equal(runs.unkept.value, true);
  hear({ type: "kept", document: "d", epoch: 1, sequence: 3 });
  assert.deepEqual([runs.unkept.value, runs.unkeptSince.value], [false, null]);
  state("r3", "error", 4);
  hear(opened([], 4));
  assert.equal(worksheet.runs.unkept.value, false);
});

test("output is taken once a frame, and before the word that the run is over", () => {
  const { link, worksheet, ids, runs, state, output } = sheet();
  worksheet.runAll();
  const run = link.take("run")[0]!["cells"][0].run;
  state(run, "running", 1);
  output(run, 2, piece(1));
  output(run, 3, piece(2));
  assert.equal(runs.results.value.get(ids[0]!)!.pieces.length, 0);
  page.frame();
  assert.equal(runs.results.value.get(ids[0]!)!.pieces.length, 2);
  output(run, 4, piece(3));
  state(run, "done", 5, { seconds: 1.84 });
  assert.equal(runs.results.value.get(ids[0]!)!.pieces.length, 3);
  assert.equal(worksheet.notices.announcement.value, "Cell 1 done in 1.8 s");
});

test("an event that was seen is not taken twice, but a new life of the server begins anew", () => {
  const { link, worksheet, ids, runs, state, output, hear } = sheet();
  worksheet.runAll();
  const run = link.take("run")[0]!["cells"][0].run;
  state(run, "running", 7);
  output(run, 7, piece(1));
  output(run, 6, piece(1));
  page.frame();
  assert.equal(runs.results.value.get(ids[0]!)!.pieces.length, 0);
  hear({ type: "output", document: "d", epoch: 2, sequence: 1, run, cell: ids[0]!, piece: piece(1) });
  page.frame();
  assert.deepEqual([runs.results.value.get(ids[0]!)!.pieces.length, runs.place], [1, { epoch: 2, sequence: 1 }]);
});

test("what was asked and not answered is asked again after a reconnect, with the same run id", () => {
  const { link, worksheet, hear } = sheet();
  worksheet.runAll();
  const [before] = link.take("run");
  hear(opened(null));
  const [again] = link.take("run");
  assert.deepEqual(again!["cells"], before!["cells"]);
});

test("it is not asked again when the server has told everything, or has answered", () => {
  const { link, worksheet, hear, state } = sheet();
  worksheet.runAll();
  link.take("run");
  hear(opened([]));
  assert.deepEqual(link.take("run"), []);
  worksheet.runAll();
  state(link.take("run")[0]!["cells"][0].run, "queued", 1);
  hear(opened(null, 1));
  assert.deepEqual(link.take("run"), []);
});

test("cells that changed meanwhile were not run: they say so and are not asked for again", () => {
  const { link, worksheet, ids, runs, hear } = sheet();
  worksheet.runAll();
  link.take("run");
  hear({ type: "changed", document: "d", cells: [], held: [ids[0]!] });
  assert.equal(runs.results.value.get(ids[0]!)!.run.state, "cancelled");
  assert.equal(worksheet.notices.current.value, "changed");
  hear(opened(null));
  assert.deepEqual(link.take("run"), []);
});

test("a refused run takes back everything that was asked for, and shows the reason", () => {
  const { worksheet, runs, hear } = sheet();
  worksheet.runAll();
  hear({ type: "error", code: "too-often", parameters: {}, message: "Too many.", about: "run" });
  assert.deepEqual([runs.busy.value.length, worksheet.notices.current.value], [0, "Too many."]);
});

test("a run whose id the server does not take is asked for under another id the next time, and never again under that one", () => {
  const { link, worksheet, runs, hear } = sheet();
  const ids = () => link.take("run").map((message) => message["cells"][0].run as string);
  worksheet.runAll();
  const [first] = ids();
  hear({ type: "error", code: "bad-value", parameters: {}, message: "The value of run is not valid.", about: "run" });
  runs.resume(false);
  assert.deepEqual(ids(), []);
  worksheet.runAll();
  const [second] = ids();
  assert.notEqual(second, first);
});

test("the whole output replaces what was left out, unless the cell ran again meanwhile", async () => {
  const { link, ids, runs, hear } = sheet();
  const run = { type: "run_state" as const, document: "d", epoch: 1, sequence: 1, run: "r1", cell: ids[0]!, number: 1, state: "done", hash: "", queued: "" };
  hear(opened([{ cell: ids[0]!, run, pieces: [piece(1)], left_out: 2 }], 1));
  const first = runs.whole(ids[0]!);
  link.asked.at(-1)!.resolve({ type: "whole_output", request: 1, document: "d", run: "r1", pieces: [piece(1), piece(2), piece(3)] });
  await first;
  const known = runs.results.value.get(ids[0]!)!;
  assert.deepEqual([known.pieces.length, known.leftOut], [3, 0]);
  const second = runs.whole(ids[0]!);
  hear({ ...run, sequence: 2, run: "r2", state: "running" });
  link.asked.at(-1)!.resolve({ type: "whole_output", request: 2, document: "d", run: "r1", pieces: [piece(1), piece(2), piece(3), piece(4)] });
  await second;
  assert.deepEqual(runs.results.value.get(ids[0]!)!.pieces, []);
});

test("a long output is asked for part by part, and no further once its cell ran again", async () => {
  const { link, ids, runs, hear } = sheet();
  const run = { type: "run_state" as const, document: "d", epoch: 1, sequence: 1, run: "r1", cell: ids[0]!, number: 1, state: "done", hash: "", queued: "" };
  hear(opened([{ cell: ids[0]!, run, pieces: [piece(1)], left_out: 2 }], 1));
  const answer = { type: "whole_output" as const, request: 1, document: "d", run: "r1" };
  const first = runs.whole(ids[0]!);
  link.asked.at(-1)!.resolve({ ...answer, pieces: [piece(1), piece(2)], more: true });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(link.asked.at(-1)!.message["after"], 2);
  link.asked.at(-1)!.resolve({ ...answer, pieces: [piece(3)] });
  await first;
  assert.deepEqual([runs.results.value.get(ids[0]!)!.pieces.length, runs.results.value.get(ids[0]!)!.leftOut], [3, 0]);
  const asked = link.asked.length;
  const second = runs.whole(ids[0]!);
  hear({ ...run, sequence: 2, run: "r2", state: "running" });
  link.asked.at(-1)!.resolve({ ...answer, pieces: [piece(1)], more: true });
  await second;
  assert.equal(link.asked.length, asked + 1);
});

test("clearing asks the server, and what it says was cleared is empty", () => {
  const { link, runs, ids, state, output, hear } = sheet();
  state("1", "running", 1);
  output("1", 2, piece(1));
  state("1", "done", 3);
  runs.clearOutputs([ids[0]!]);
  runs.clearOutputs(null);
  assert.deepEqual(link.take("clear_outputs").map((message) => message["cells"]), [[ids[0]], undefined]);
  hear({ type: "cleared", document: "d", epoch: 1, sequence: 4, runs: ["1"] });
  assert.deepEqual(runs.results.value.get(ids[0]!)!.pieces, []);
  assert.equal(runs.place!.sequence, 4);
});

test("what an interact has shown is there with the end of its evaluation, not a frame later", () => {
  const { hear, state, output, runs, ids } = sheet();
  const pieces = () => runs.results.value.get(ids[0]!)?.pieces.length;
  state("r", "done", 1);
  output("r", 2, piece(1));
  assert.equal(pieces(), 0);
  hear({ type: "channel_state", document: "d", epoch: 1, sequence: 3, run: "r", channel: 1, state: { busy: false } });
  assert.equal(pieces(), 1);
});

test("as many cells as a run may name are asked for at once", () => {
  const { link, worksheet } = sheet();
  Array.from({ length: 1200 }, (_, n) => worksheet.sheet.insert("code", {}, String(n)));
  worksheet.runAll();
  assert.equal(link.take("run")[0]!["cells"].length, 1000);
});
