import assert from "node:assert/strict";
import { test } from "node:test";
import { readControls, readValue, type Control } from "client/outputs/interact/controls";
import { readSaid } from "client/outputs/interact/state";
import { written } from "client/outputs/interact/numbers";
import { isTooMuch } from "client/outputs/widgets/drawn";
import type { Json } from "client/net/json";

function control(fields: Record<string, Json>): Control {
  const [found] = readControls([{ name: "a", label: "", ...fields }]);
  assert.ok(found !== undefined);
  return found;
}

test("a tree has a root, and keeps it while other things change", () => {
  const opened = readSaid({ controls: [{ name: "1", kind: "check", label: "" }], layout: { root: "1" }, values: { "1": true } }, []);
  assert.equal(opened.root, "1");
  assert.equal(readSaid({ values: { "1": false } }, opened.controls!).root, undefined);
  assert.equal(readSaid({ controls: [], layout: { root: "" }, values: {} }, opened.controls!).root, "");
  assert.equal(readSaid({ controls: [], layout: null }, []).root, null);
  assert.equal(readSaid({ controls: [], layout: { root: 7 } }, []).root, null);
});

test("each kind of a tree takes its values and no others", () => {
  const some: [Record<string, Json>, Json[], Json[]][] = [
    [{ kind: "caption" }, ["", "x"], [1, null]],
    [{ kind: "markup", math: true }, ["<b>"], [1]],
    [{ kind: "picture", format: "png" }, ["YWJj"], [1]],
    [{ kind: "progress", min: 0, max: 1 }, [0.5, -1], ["1", null]],
    [{ kind: "valid", text: "" }, [true], [1]],
    [{ kind: "number", min: null, max: 3, step: null, integer: false }, [1.5], ["1", null]],
    [{ kind: "toggle", text: "" }, [false], [0]],
    [{ kind: "list", labels: ["x"], rows: 2 }, [null, 0], [1, "0"]],
    [{ kind: "several", labels: ["x", "y"], rows: 2 }, [[], [1, 0]], [[2], 0, null]],
    [{ kind: "combo", options: [], strict: false }, ["x"], [1]],
    [{ kind: "secret" }, ["x"], [1]],
    [{ kind: "date" }, ["", "2026-11-28"], ["soon", 1, null]],
    [{ kind: "log", base: 10, min: 0, max: 3, step: 0.1 }, [5], ["5", null]],
    [{ kind: "play", min: 0, max: 3, step: 1, interval: 100, loop: true }, [2], [null]],
    [{ kind: "pages", shape: "tab", children: ["b"], titles: [] }, [null, 0], [1, "0"]],
    [{ kind: "select", labels: ["x"], none: true }, [null, 0], [1]],
    [{ kind: "select", labels: ["x"] }, [0], [null]],
    [{ kind: "box", flow: "row", children: [] }, [], [null, 1]],
    [{ kind: "area", area: 1 }, [], [1]],
    [{ kind: "note", text: "" }, [], ["x"]],
  ];
  for (const [fields, good, bad] of some) {
    for (const value of good) assert.deepEqual(readValue(control(fields), value), value, JSON.stringify([fields, value]));
    for (const value of bad) assert.equal(readValue(control(fields), value), undefined, JSON.stringify([fields, value]));
  }
});

test("forms that anybody made are bounded", () => {
  const box = control({ kind: "box", flow: "diagonal", children: ["b", 7, null, ...Array.from({ length: 900 }, () => "c")] });
  assert.ok(box.kind === "box" && box.flow === "row" && box.children.length === 500 && box.children[1] === "");
  const play = control({ kind: "play", min: 0, max: 1, step: 1, interval: -5 });
  assert.ok(play.kind === "play" && play.interval >= 10);
  assert.deepEqual(readControls([{ name: "a", kind: "log", base: 1, min: 0, max: 1, step: 1 }, { name: "b", kind: "play", min: 1, max: 0 }]), []);
  const odd = control({ kind: "picture", format: "text/html" });
  assert.ok(odd.kind === "picture" && odd.format === "png");
});

test("a look has plain values of known properties alone", () => {
  const style = { width: "calc(100% - 2px)", position: "fixed", color: "url(x)", margin: "1px; top: 0", __proto__: null, flex: 3, "--label-width": "initial", height: "var(--x)" };
  const { look } = control({ kind: "check", look: { style, tone: "loud", colour: "url(x)", disabled: 1, tooltip: 7, readout: false, vertical: true } });
  assert.deepEqual(look, {
    disabled: false,
    vertical: true,
    readout: false,
    tooltip: "",
    tone: "",
    colour: "",
    style: { width: "calc(100% - 2px)", "--label-width": "initial" },
  });
  assert.equal(control({ kind: "check" }).look, undefined);
});

test("a readout has the digits that were asked for", () => {
  const slider = control({ kind: "slider", min: 0, max: 1, step: 0.1, integer: false, digits: 3 });
  assert.ok(slider.kind === "slider");
  assert.equal(written(0.5, slider), "0.500");
  const plain = control({ kind: "slider", min: 0, max: 1, step: 0.1, integer: false, digits: -1 });
  assert.ok(plain.kind === "slider");
  assert.equal(written(0.5, plain), "0.5");
});

test("boxes that stand in each other twice, again and again, are not drawn", () => {
  const doubled = (depth: number): ReadonlyMap<string, Control> => {
    const label = { ...control({ kind: "caption" }), name: "0" };
    const boxes = Array.from({ length: depth }, (_, place) => ({
      ...control({ kind: "box", flow: "column", children: [] }),
      name: String(place + 1),
      children: [String(place), String(place)],
    }));
    return new Map([label, ...boxes].map((each) => [each.name, each as Control]));
  };
  assert.equal(isTooMuch("35", doubled(35)), true);
  assert.equal(isTooMuch("8", doubled(8)), false);
  const circle = { ...control({ kind: "box", flow: "row", children: [] }), name: "1", children: ["1", "1"] } as Control;
  assert.equal(isTooMuch("1", new Map([["1", circle]])), false);
});
