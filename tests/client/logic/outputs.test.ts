import assert from "node:assert/strict";
import { test } from "node:test";
import { applyOutput, applyRunState, expectRun, forgetExpected, replaceAll, type Results } from "../../../static/src/document/results";
import { shownOf } from "../../../static/src/outputs/pieces";
import type { OutputMessage, Piece, RunStatus } from "../../../static/src/net/messages";

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

test("pieces of one stream are joined, and a value shows by its best type", () => {
  const value: Piece = { sequence: 3, kind: "result", body: { data: { "text/plain": "1/2", "text/latex": "$\\frac12$" }, metadata: {} } };
  const shown = shownOf([piece(1, "a"), piece(2, "b"), value]);
  assert.deepEqual(shown.map((each) => each.kind), ["stream", "latex"]);
  assert.equal(shown[0]!.kind === "stream" && shown[0]!.text, "ab");
});

test("a malformed piece is left out and never throws", () => {
  const odd: Piece[] = [
    { sequence: 1, kind: "result", body: { data: 7 as never } },
    { sequence: 2, kind: "nonsense", body: {} },
    { sequence: 3, kind: "error", body: { frames: [null, { source: [5] }] as never } },
    { sequence: 4, kind: "display", body: { data: { "text/html": 3, "text/plain": ["x"] } } },
  ];
  assert.deepEqual(shownOf(odd).map((each) => each.kind), ["error"]);
});
