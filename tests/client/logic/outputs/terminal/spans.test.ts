import assert from "node:assert/strict";
import { test } from "node:test";
import { ansiSpans } from "client/outputs/terminal/spans";
import { settled } from "client/outputs/terminal/screen";

const E = "\u001b";

test("colours become spans, and other codes go", () => {
  assert.deepEqual(ansiSpans(`a${E}[31mb${E}[0mc${E}[?25l`), [{ text: "a", style: "" }, { text: "b", style: "ansi-1" }, { text: "c", style: "" }]);
});

test("the table of 256 colours and true colours, with semicolons and with colons", () => {
  const colours = [`38;5;196`, `38;5;244`, `38;2;1;2;3`, `38:2::1:2:3`, `38:2:1:2:3`].map((code) => ansiSpans(`${E}[${code}mx`)[0]!.colour);
  assert.deepEqual(colours, ["#ff0000", "#808080", "#010203", "#010203", "#010203"]);
  assert.equal(ansiSpans(`${E}[38;5;9mx`)[0]!.style, "ansi-1");
  assert.deepEqual(ansiSpans(`${E}[38;2;300;0;0mx`), [{ text: "x", style: "" }]);
  assert.equal(ansiSpans(`${E}[38;5;1;1mx`)[0]!.style, "ansi-bold ansi-1");
});

test("bold, dim, italic, underlined, struck out, inverse, and each one's end", () => {
  assert.equal(ansiSpans(`${E}[1;2;3;4;9mx`)[0]!.style, "ansi-bold ansi-dim ansi-italic ansi-underline ansi-strike");
  assert.equal(ansiSpans(`${E}[1;3m${E}[22;23mx`)[0]!.style, "");
  assert.equal(ansiSpans(`${E}[7mx`)[0]!.style, "ansi-inverse");
  assert.equal(ansiSpans(`${E}[31;7mx`)[0]!.style, "ansi-tint ansi-tint-1");
});

test("letters on a ground of the program's own can be read", () => {
  assert.equal(ansiSpans(`${E}[48;2;250;250;200mx`)[0]!.style, "ansi-ground ansi-on-bright");
  assert.equal(ansiSpans(`${E}[48;5;16mx`)[0]!.style, "ansi-ground ansi-on-dark");
});

test("a link of a program is one, whichever way it ends, unless its address is none for a page", () => {
  const link = (address: string) => ansiSpans(settled(`see ${E}]8;;${address}${E}\\the ${E}[1mpage${E}[0m${E}]8;;\u0007.`));
  assert.deepEqual(link("https://example.org/a").map((span) => [span.text, span.href]), [
    ["see ", undefined], ["the ", "https://example.org/a"], ["page", "https://example.org/a"], [".", undefined],
  ]);
  for (const address of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example", "https://x.example/\" onclick=\"x", ""]) {
    assert.ok(link(address).every((span) => span.href === undefined), address);
  }
});

test("an address in a text is a link, without the sentence around it", () => {
  const hrefs = (text: string) => ansiSpans(text).flatMap(({ href }) => href ?? []);
  assert.deepEqual(hrefs("see https://example.org/a_(b), and (http://x.example/?q=1)."), ["https://example.org/a_(b)", "http://x.example/?q=1"]);
  assert.deepEqual(hrefs("javascript:alert(1) ftp://x"), []);
  assert.equal(ansiSpans("see https://example.org.").map((span) => span.text).join(""), "see https://example.org.");
});
