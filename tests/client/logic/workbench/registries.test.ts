import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hearing } from "client/net/hearing";
import { chosen, command, commandSets, commandsOf, everywhere } from "client/workbench/commands";
import { hearerSets } from "client/workbench/hearers";
import { KeyMap } from "client/workbench/keys";
import { panels } from "client/workbench/panels";
import { viewCommands, views } from "client/workbench/views";
import { benchOf } from "./bench";

const Toy = () => null;

test("a command that a feature registers is found by its key and runs for the worksheet that is open", () => {
  commandSets.add({
    id: "toy",
    commands: ({ actions }) => [
      command("toy.add", "Add a toy", () => actions.insertNear("text", "after"), chosen("t")),
      command("toy.show", "Show the toy", () => undefined, "F9", everywhere("Ctrl-9")),
    ],
  });
  const bench = benchOf(["code", "a"]);
  const keys = new KeyMap(commandsOf(bench));
  const found = keys.find("t", "command", 0);
  assert.ok(found !== null && found !== "more");
  found.run();
  assert.equal(bench.worksheet.sheet.cells.value.length, 2);
  assert.equal(keys.find("t", "edit", 5000), null);
  assert.notEqual(keys.find("Ctrl-9", "edit", 9000), null);
});

test("two commands of one id are refused", () => {
  commandSets.add({ id: "copy of the toy", commands: () => [command("toy.add", "Another", () => undefined)] });
  assert.throws(() => commandsOf(benchOf()), /toy.add is registered twice/);
  assert.throws(() => commandSets.add({ id: "toy", commands: () => [] }), /toy is registered twice/);
});

test("a view that registers itself can be chosen once there are two, and a panel opens by its name", () => {
  const bench = benchOf();
  views.add({ id: "worksheet", title: "Worksheet", load: () => Toy });
  assert.deepEqual(viewCommands(bench).map((each) => each.title), []);
  views.add({ id: "toys", title: "Toys", load: async () => Toy });
  assert.deepEqual(viewCommands(bench).map((each) => each.title), ["Show as: Worksheet", "Show as: Toys"]);
  panels.add({ id: "toybox", place: "beside", load: async () => Toy });
  bench.panels.toggle("toybox");
  assert.equal(bench.panels.beside.value, "toybox");
  panels.add({ id: "question", place: "over", load: async () => Toy });
  bench.panels.show("question");
  assert.deepEqual([bench.panels.over.value, bench.panels.beside.value], ["question", "toybox"]);
  bench.panels.toggle("outline");
  assert.deepEqual([bench.panels.over.value, bench.panels.beside.value], ["outline", null]);
  bench.panels.toggle("toybox");
  assert.deepEqual([bench.panels.over.value, bench.panels.beside.value], [null, "toybox"]);
  bench.panels.toggle("toybox");
  assert.equal(bench.panels.beside.value, null);
});

test("a feature hears the messages that it registered for, with the worksheet at hand", () => {
  const bench = benchOf();
  hearerSets.add({ id: "toy", hearers: ({ worksheet }) => ({ version: ({ version }) => worksheet.notices.show(`toy heard ${version?.id}`) }) });
  const hearing = new Hearing();
  hearerSets.all().forEach((set) => hearing.add(set.hearers(bench)));
  hearing.hear({ type: "version", version: { id: "9", kind: "save", name: "", author: "", time: "", files_changed: 0 } });
  assert.equal(bench.worksheet.notices.current.value, "toy heard 9");
});
