import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import "client/views";
import { commandsOf } from "client/workbench/commands";
import { panels } from "client/workbench/panels";
import { FIRST_VIEW, views } from "client/workbench/views";
import { runCommands } from "client/views/worksheet/run/commands";
import { benchOf } from "./bench";

test("no two commands have one key in one mode, and none takes a key of the browser", () => {
  const taken = new Map<string, string>();
  const bench = benchOf();
  for (const { id, bindings } of [...commandsOf(bench), ...runCommands(bench)]) {
    for (const { keys, mode } of bindings) {
      for (const each of mode === undefined ? ["command", "edit"] : [mode]) {
        const place = `${each} ${keys}`;
        assert.equal(taken.get(place), undefined, `${id} and ${taken.get(place)} have ${place}`);
        taken.set(place, id);
      }
      assert.ok(!/^(Ctrl-[twnlr]|F5|F11|F12|Ctrl-Shift-[tnpirj])$/.test(keys), keys);
    }
  }
});

test("every command has a title, and works on an empty worksheet", () => {
  for (const { title, id, run } of commandsOf(benchOf())) {
    assert.ok(title, id);
    run();
  }
});

test("a worksheet opens in a view that is there, and every panel that a command shows exists", () => {
  assert.notEqual(views.get(FIRST_VIEW), null);
  const bench = benchOf();
  for (const { run } of commandsOf(bench)) {
    bench.panels.over.value = bench.panels.beside.value = null;
    run();
    for (const shown of [bench.panels.over.value, bench.panels.beside.value]) if (shown !== null) assert.notEqual(panels.get(shown), null);
  }
});
