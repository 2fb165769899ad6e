import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arranged, csvOf, numeric, tableOf, type Table } from "client/outputs/rich/rows";

const table = (rows: unknown[][], columns = ["a", "b"]): Table => tableOf(JSON.stringify({ columns, rows, total: rows.length }))!;
const firsts = (rows: Table["rows"]) => rows.map((row) => row[0]);

test("numbers, fractions and formulas sort by their value, texts behind them, and what is missing last either way", () => {
  const { rows } = table([["b"], [10], ["1/2"], [null], ["$\\displaystyle x$"], ["$3$"], ["NaN"], ["a10"], ["a9"]], ["a"]);
  assert.deepEqual(firsts(arranged(rows, "", { column: 0, down: false })), ["1/2", "$3$", 10, "$\\displaystyle x$", "a9", "a10", "b", null, "NaN"]);
  assert.deepEqual(firsts(arranged(rows, "", { column: 0, down: true })).slice(-3), ["1/2", null, "NaN"]);
});

test("a filter keeps rows that contain it in any column, whatever the case", () => {
  const { rows } = table([["One", 1], ["Two", 2], ["three", 11]]);
  assert.deepEqual(firsts(arranged(rows, "t", null)), ["Two", "three"]);
  assert.deepEqual(firsts(arranged(rows, " 1 ", { column: 1, down: true })), ["three", "One"]);
});

test("columns of numbers are known, with gaps in them", () => {
  assert.deepEqual(numeric(table([[1, "x"], [null, "2"], ["1/3", "3"]])), [true, false]);
});

test("whatever a session says of a table, it is read or refused, with a value for each column", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (columns, rows) => {
    const read = tableOf(JSON.stringify({ columns, rows, total: rows, index: columns }));
    assert.ok(read === null || read.rows.every((row) => row.length === read.columns.length));
  }));
  assert.equal(tableOf("{"), null);
});

test("a downloaded table is RFC 4180 and commands nothing in a spreadsheet", () => {
  assert.equal(csvOf(table([["=cmd()", 'a "b", c'], [-1, null], ["-2", "x\ny"]])), 'a,b\r\n\'=cmd(),"a ""b"", c"\r\n-1,\r\n-2,"x\ny"\r\n');
});
