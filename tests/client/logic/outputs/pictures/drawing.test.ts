import assert from "node:assert/strict";
import { test } from "node:test";
import { mayBeDrawn } from "client/outputs/pictures/drawing";

const svg = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">${inside}</svg>`;

/** Each level stands for ten of the one below it. */
function tower(levels: number, refer: (id: string) => string): string {
  const level = (number: number) => `<g id="l${number}">${refer(`l${number - 1}`).repeat(10)}</g>`;
  return svg(`<rect id="l0" width="1" height="1"/>${Array.from({ length: levels }, (_, index) => level(index + 1)).join("")}<use href="#l${levels}"/>`);
}

test("plots are drawn: letters and marks that are used thousands of times, clips, gradients", () => {
  const letters = `<defs><path id="DejaVu-31" d="M 794 531"/><clipPath id="p1"><rect/></clipPath></defs>`;
  const uses = `<g clip-path="url(#p1)"><use xlink:href="#DejaVu-31" x="1"/></g>`.repeat(5000);
  assert.ok(mayBeDrawn(svg(letters + uses)));
  assert.ok(mayBeDrawn(tower(3, (id) => `<use href="#${id}"/>`)));
});

test("elements that stand for others that stand for others are not", () => {
  assert.ok(!mayBeDrawn(tower(8, (id) => `<use href="#${id}"/>`)));
  assert.ok(!mayBeDrawn(tower(8, (id) => `<use xlink:href='#${id}'></use>`)));
  assert.ok(!mayBeDrawn(tower(8, (id) => `<rect fill="url(#${id})"/>`)));
  assert.ok(!mayBeDrawn(tower(8, (id) => `<rect style="mask: url('#${id}')"/>`)));
});

test("what stands for itself, what can't be seen by reading tags, and rows of filters are not drawn", () => {
  assert.ok(!mayBeDrawn(svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><use href="#a"/>')));
  assert.ok(!mayBeDrawn(`<!DOCTYPE svg [<!ENTITY a "x">]>${svg("&a;")}`));
  assert.ok(!mayBeDrawn(tower(8, (id) => `<use href="#${id.replace("l", "&#108;")}"/>`)));
  assert.ok(!mayBeDrawn(svg("<style>rect { fill: url(#a) }</style><rect/>")));
  assert.ok(!mayBeDrawn(svg('<use href="#a"><set attributeName="href" to="#b"/></use>')));
  assert.ok(!mayBeDrawn(svg('<g id="a">'.repeat(60) + "</g>".repeat(60))));
  assert.ok(!mayBeDrawn(svg(`<filter id="f">${"<feTurbulence/>".repeat(100)}</filter>`)));
});

test("a drawing of a megabyte is judged at once", () => {
  const start = process.cpuUsage();
  mayBeDrawn(svg('<g id="x">'.repeat(100_000)));
  mayBeDrawn(svg("<use href='#".repeat(100_000)));
  mayBeDrawn(svg('<path id="a" d="M 0 0"/><use href="#a"/>'.repeat(25_000)));
  assert.ok(process.cpuUsage(start).user / 1000 < 4000);
});
