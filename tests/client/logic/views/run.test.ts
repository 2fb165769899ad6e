import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Together } from "client/document/notices";
import type { RunStatus } from "client/net/messages";
import { commandsOf } from "client/workbench/commands";
import type { Parts } from "client/workbench/parts";
import { Choice } from "client/views/worksheet/run/choice";
import { choicesOf } from "client/views/worksheet/run/choices";
import { runCommands, withRunCommands } from "client/views/worksheet/run/commands";
import { Following, isOwnMove, wayTo } from "client/views/worksheet/run/following";
import { placesInLine } from "client/views/worksheet/run/in-line";
import { nextOf, totalsOf } from "client/views/worksheet/run/totals";
import { benchOf } from "../workbench/bench";

const run = (id: string, state: string, queued: string, number: number, cell = id): RunStatus => ({ run: id, cell, number, state, hash: "", queued });

test("what waits is counted from 1 in the order in which it was asked for, whatever runs", () => {
  const statuses = fc.array(
    fc.record({ state: fc.constantFrom("queued", "running"), queued: fc.constantFrom("10:00", "10:01", "10:02"), number: fc.nat(9) }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(statuses, (found) => {
      const runs = found.map(({ state, queued, number }, at) => run(String(at), state, queued, number * 100 + at));
      const waiting = runs.filter(({ state }) => state === "queued");
      const places = placesInLine(runs);
      assert.deepEqual([...places.values()].sort((a, b) => a - b), waiting.map((_, at) => at + 1));
      for (const one of waiting) {
        const before = waiting.filter((each) => each.queued < one.queued || (each.queued === one.queued && each.number < one.number));
        assert.equal(places.get(one.run), before.length + 1);
      }
    }),
  );
});

test("a choice is remembered for its worksheet alone, and in a browser that keeps nothing it holds for this time", () => {
  const one = new Choice("sagews.test", "one");
  assert.deepEqual([one.on.value, one.toggle(), one.on.value], [false, true, true]);
  assert.deepEqual(["one", "two"].map((id) => new Choice("sagews.test", id).on.value), [true, false]);
  assert.equal(one.toggle(), false);
  assert.equal(new Choice("sagews.test", "one").on.value, false);
  localStorage.setItem("sagews.test", "{]");
  assert.equal(new Choice("sagews.test", "one").toggle(), true);
});

test("cells go on behind an error once that was chosen, and the server is told with each request", () => {
  const bench = benchOf(["code", "1"]);
  const parts = { ...bench, commands: commandsOf(bench) } as unknown as Parts;
  withRunCommands(withRunCommands(parts));
  assert.deepEqual(runCommands(bench).map(({ id }) => parts.commands.filter((each) => each.id === id).length), runCommands(bench).map(() => 1));
  const asked = () => {
    bench.worksheet.runAll();
    return bench.link.take("run")[0]!["go_on"];
  };
  choicesOf(bench);
  assert.equal(asked(), false);
  parts.commands.find(({ id }) => id === "goOn")!.run();
  assert.equal(asked(), true);
  parts.commands.find(({ id }) => id === "goOn")!.run();
});

test("of cells that ran together all that failed are known until they run again, and of one cell alone nothing is told", () => {
  const together = new Together();
  const cells = ["a", "b", "c"].map((cell) => ({ cell, run: `r${cell}`, hash: "" }));
  const ended = (cell: string, state: string, id = `r${cell}`) => together.follow(run(id, state, "", 1, cell), undefined);
  together.begin(cells, true);
  for (const [cell, state] of [["a", "error"], ["b", "done"], ["c", "error"]] as const) ended(cell, state);
  assert.deepEqual(together.failures.value.map(({ cell }) => cell), ["a", "c"]);
  ended("a", "running", "again");
  assert.deepEqual(together.failures.value.map(({ cell }) => cell), ["c"]);
  together.begin(cells.slice(0, 1), true);
  ended("a", "error");
  assert.deepEqual(together.failures.value, []);
});

test("what is told beside a heading counts each cell that can run once, and all their time", () => {
  const state = fc.constantFrom("done", "error", "interrupted", "cancelled", "lost", "queued", "running", null);
  fc.assert(
    fc.property(fc.array(fc.record({ state, seconds: fc.nat(100), empty: fc.boolean() }), { maxLength: 20 }), (found) => {
      const cells = found.map(({ state, seconds, empty }, at) => ({
        id: String(at), empty,
        run: state === null ? undefined : { ...run(String(at), state, "10:00", at), ...(state === "queued" ? {} : { seconds }), started: `11:${at}` },
      }));
      const totals = totalsOf(cells);
      const of = (...states: string[]) => cells.filter((cell) => cell.run && states.includes(cell.run.state));
      assert.equal(totals.cells, cells.filter(({ empty, run }) => run !== undefined || !empty).length);
      assert.equal(totals.ran, of("done", "error").length);
      assert.deepEqual(totals.failed, of("error").map(({ id }) => id));
      assert.equal(totals.running + totals.queued, of("running", "queued").length);
      const over = of("done", "error", "interrupted", "cancelled", "lost");
      assert.equal(totals.seconds, over.reduce((sum, { run }) => sum + (run!.seconds ?? 0), 0));
      assert.equal(totals.since, of("running")[0]?.run?.started ?? null);
    }),
  );
});

test("the next of some cells stands behind the one that is active, and behind the last comes the first", () => {
  const order = ["a", "b", "c", "d"];
  assert.deepEqual([null, "a", "b", "c", "d"].map((from) => nextOf(["b", "d"], order, from)), ["b", "b", "d", "d", "b"]);
  assert.equal(nextOf([], order, "a"), null);
});

test("what runs is followed by choice, until somebody moves, and again once they ask for something", () => {
  let chosen = false;
  const following = new Following(() => chosen);
  assert.equal(following.on, false);
  chosen = true;
  assert.equal(following.on, true);
  following.leave();
  assert.equal(following.on, false);
  following.resume();
  assert.equal(following.on, true);
});

test("letters, arrows and page keys are moves of one's own; commands and keys that are only held are none", () => {
  const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  for (const key of ["a", "ArrowDown", "PageUp", "Home", " ", "Enter"]) assert.equal(isOwnMove(press(key)), true, key);
  assert.equal(isOwnMove(press("A", { shiftKey: true })), true);
  for (const key of ["Shift", "Control", "AltGraph", "Escape"]) assert.equal(isOwnMove(press(key)), false, key);
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) assert.equal(isOwnMove(press("k", more)), false);
  assert.equal(isOwnMove(press("Enter", { shiftKey: true })), false);
});

test("the way to the end of a cell leads into the window, and there is none where the end is in it", () => {
  const span = fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat(3000)).map(([top, height]) => ({ top, bottom: top + height }));
  fc.assert(
    fc.property(span, fc.nat(100), fc.integer({ min: 100, max: 1000 }), (cell, top, height) => {
      const window = { top, bottom: top + height };
      const end = cell.bottom - wayTo(cell, window);
      assert.ok(end >= window.top && end <= window.bottom);
      assert.equal(wayTo({ top: cell.top, bottom: end }, window), 0);
    }),
  );
});
