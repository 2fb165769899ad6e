"""The worksheet that the page is measured on: long enough that work for each cell would show in each key press."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from pycrdt import Map, Text

from benchmarks.servers.workspaces import OVER, Site, Worksheet, digest, new_id
from sagews.model.positions import between

CELLS = 300
SECTION = 15
# The cells' values are of the kinds that a page shows differently; nothing is imported, so any Python runs them.
_KINDS = r"""class Formula:
    def __init__(self, n):
        self.n = n
    def _repr_latex_(self):
        return r"$\sum_{k=1}^{%d} \frac{k^2 + \sqrt{k}}{k^3 + %d} = \int_0^1 x^{%d}\,dx$" % (self.n, self.n, self.n)
class Picture:
    def _repr_svg_(self):
        bars = "".join(f'<rect x="{9*k}" y="{100-7*k%100}" width="8" height="{7*k%100}"/>' for k in range(40))
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120">{bars}</svg>'
"""
_CODE = """# Powers of {n} modulo a prime, and how they are spread
modulus = 10007 + {n}
values = [pow({n}, exponent, modulus) for exponent in range(1, 40)]
for index, value in enumerate(values[:8]):
    print(f"{{index:3d}} {{value:8d}} {{'#' * (value % 40)}}")
def order(base: int, bound: int = 200) -> int | None:
    power = base
    for exponent in range(1, bound):
        if power == 1:
            return exponent
        power = power * base % modulus
{value}"""
_PROSE = """The powers of $a$ modulo $p$ repeat with the *order* of $a$, which divides $p - 1$:

$$a^{p-1} \\equiv 1 \\pmod p.$$"""


def contents(cells: int = CELLS) -> Iterator[tuple[str, int, str]]:
    """Yield type, depth and text of each cell: a heading and a paragraph for every fifteen cells of code."""
    yield "code", 0, _KINDS
    for n in range(2, cells + 1):
        if n % SECTION == 2:
            yield "section", 0, f"Powers, part {n // SECTION + 1}"
            yield "text", 0, _PROSE
        yield "code", 0, _CODE.format(n=n, value=_value(n))


def _value(n: int) -> str:
    if n % 20 == 7:
        return "values[1000]"
    if n % 10 == 3:
        return "Picture()"
    return f"Formula({n})" if n % 5 == 0 else "sum(values), order(3)"


async def long_sheet(site: Site, cells: int = CELLS) -> tuple[str, str]:
    """Make a sheet, run all of it, and return its workspace and document."""
    workspace, document = await site.document()
    sheet = await site.open(workspace, document)
    codes = await _fill(sheet, cells)
    runs = [{"cell": cell, "run": new_id(), "hash": digest(source)} for cell, source in codes]
    sheet.send("run", document=document, cells=runs)
    left = {run["run"] for run in runs}
    while left:
        message = await sheet.receive("run_state", "changed")
        if message["type"] == "changed":
            raise RuntimeError("the server's text is another")
        if message["state"] in OVER:
            left.discard(message["run"])
    await sheet.close()
    return workspace, document


async def _fill(sheet: Worksheet, cells: int) -> list[tuple[str, str]]:
    """Put the contents in place of the sheet's only cell, and return id and text of each cell of code."""
    before = sheet.doc.get_state()
    found: Map[Any] = sheet.doc.get("cells", type=Map)
    codes = []
    with sheet.doc.transaction():
        del found[sheet.cell]
        position = None
        for number, (kind, depth, source) in enumerate(contents(cells)):
            position = between(position, None)
            name = f"b{number:05}"
            fields = {"type": kind, "pos": position, "depth": depth, "source": Text(source), "flags": Map()}
            found[name] = Map(fields)
            if kind == "code":
                codes.append((name, source))
    update = base64.b64encode(sheet.doc.get_update(before)).decode()
    sheet.send("edit", document=sheet.document, edit=1, update=update)
    await sheet.receive("saved")
    return codes
