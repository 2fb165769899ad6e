"""Worksheets as files of other programs: what is written is read as the same cells; all else is hostile."""

from __future__ import annotations

import base64
import bz2
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.formats import sws
from sagews.model.formats.areas import in_order
from sagews.model.formats.page import write_page
from sagews.model.formats.sheet import MAX_FILE, MAX_OUTPUT, Piece, Sheet, SheetBuilder, clean
from sagews.model.formats.table import READERS, WRITERS, read
from sagews.model.worksheet.cells import MAX_CELLS, MAX_SIZE, MAX_SOURCE, Cell, Worksheet
from sagews.model.worksheet.read import parse
from sagews.model.worksheet.write import write
from tests.model.strategies import canonical_cells

PNG = base64.b64encode(b"\x89PNG picture").decode()
ID = "0" * 36
SAGEWS = (
    f"\ufe20{ID}s\ufe20\n%md\n# A title\n\nProse.\n"
    f"\ufe20{ID}is\ufe20\n2 + 2\n"
    f'\ufe21{ID}\ufe21{{"stdout":"4\\n"}}\ufe21{{"tex":{{"tex":"x^2","display":true}}}}\ufe21{{"file":{{"filename":"a.png"}}}}'
    '\ufe21{"html":"<b>4</b>"}\ufe21{"interact":{}}\ufe21not json\ufe21{"done":true}\ufe21\n'
)
SWS_BODY = """<h1>Curves</h1>
<p>A <b>good</b> one, <a href="javascript:alert(1)">here</a>.</p>

{{{id=1|
plot(x)
///
<html><font color='black'><img src='cell://sage0.png'></font></html>
4
}}}

{{{id=2|
%md
*Text*
}}}
<script>alert(1)</script>
"""
printable = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), max_size=30)
pieces = st.one_of(
    st.builds(lambda text: ("stream", {"name": "stdout", "text": text + "."}), printable),
    st.builds(lambda text: ("result", {"data": {"text/plain": text}, "metadata": {}}), printable),
    st.just(("display", {"data": {"image/png": PNG, "text/html": "<b>x</b>"}, "metadata": {}})),
    st.builds(lambda text: ("error", {"name": "E", "message": text, "frames": [], "plain": text}), printable),
)

_WORDS = (
    "cell_type source outputs output_type text data metadata name kernelspec traceback text/plain id sagews code "
    "markdown stream error"
).split()
nested = st.recursive(
    st.one_of(st.none(), st.integers(), printable, st.sampled_from(_WORDS)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_WORDS), inner, max_size=4)),
    max_leaves=12,
)


def notebook(cells: Sequence[dict[str, Any]], **fields: Any) -> bytes:
    """Return a notebook."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **fields}).encode()


def archive(*members: tuple[str, bytes], **changes: Any) -> bytes:
    """Return an archive of the Sage notebook; changes are made to each member's head."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in members:
            head = tarfile.TarInfo(name)
            head.size = len(content)
            for key, value in changes.items():
                setattr(head, key, value)
            tar.addfile(head, io.BytesIO(content))
    return bz2.compress(packed.getvalue())


def settled(cells: Sequence[Cell]) -> Sheet:
    """Return a sheet of these cells as a file of ours has them, each with an id of its own and nothing unstorable."""
    first = {cell.id: cell for cell in reversed(cells)}
    kept = [replace(cell, source=clean(cell.source)) for cell in cells if first[cell.id] is cell]
    worksheet = parse(write(Worksheet("---\nsagews: 1\ntitle: A curve\n---\n", tuple(kept))))
    return Sheet(worksheet.front, worksheet.cells)


def said(cells: Sequence[Cell], *, words: bool = True, joined: bool = False) -> list[tuple[object, ...]]:
    """What cells say: with ids and options, or without; `joined` where texts next to each other can't be told apart."""
    told: list[tuple[object, ...]] = []
    for cell in cells:
        if joined and told and cell.type == told[-1][0] == "text":
            told[-1] = ("text", f"{told[-1][1]}\n\n{cell.source}", 0)
        else:
            told.append((cell.type, cell.source, cell.depth))
        if words:
            told[-1] += (cell.options, cell.id if cell.type == "code" else None)
    return told


class RoundTrips(SynchronousTestCase):
    """Written, then read."""

    @given(canonical_cells, st.lists(pieces, max_size=4))
    def test_notebooks(self, cells: list[Cell], shown: list[Piece]) -> None:
        """A notebook gives the same cells, ids, options and outputs again."""
        sheet = settled(cells)
        outputs = {place: shown for place, cell in enumerate(sheet.cells) if cell.type == "code" and shown}
        written = WRITERS["notebook"].write(Sheet(sheet.front, sheet.cells, outputs))
        found = read("a.ipynb", written)
        self.assertEqual(said(found.cells), said(sheet.cells))
        self.assertEqual((found.title, found.flavour, found.left_out), ("A curve", "sage", {}))
        again = WRITERS["notebook"].write(found)
        self.assertEqual(read("a.ipynb", again).outputs, found.outputs)
        self.assertEqual([place for place in found.outputs], list(outputs))

    @given(canonical_cells)
    def test_scripts(self, cells: list[Cell]) -> None:
        """A script gives the same cells again, but for blank lines around them, ids and options."""
        sheet = settled([cell for cell in cells if "%%" not in cell.source])
        wanted = [
            (kind, str(source).strip("\n"), depth)
            for kind, source, depth in said(sheet.cells, words=False)
            if kind != "code" or str(source).strip()
        ]
        for form in ("sage", "python"):
            found = read("a.sage", WRITERS[form].write(sheet))
            self.assertEqual(said(found.cells, words=False), wanted)
            self.assertEqual(found.title, "A curve")

    @given(canonical_cells)
    def test_markdown(self, cells: list[Cell]) -> None:
        """Plain Markdown gives the same cells again, texts next to each other as one."""
        sheet = settled([cell for cell in cells if cell.type != "text" or "```" not in cell.source])
        found = read("a.md", WRITERS["markdown"].write(sheet))
        # What a title of number signs and comments is, only the worksheet file can say.
        self.assertEqual(said(found.cells, words=False, joined=True), said(sheet.cells, words=False, joined=True))

    @given(canonical_cells)
    def test_worksheets(self, cells: list[Cell]) -> None:
        """A worksheet file comes back byte for byte."""
        sheet = settled(cells)
        self.assertEqual(read("a.sage.md", WRITERS["worksheet"].write(sheet)).text(), sheet.text())


class Areas(SynchronousTestCase):
    """What stands in areas of an output."""

    def test_it_comes_where_they_stand(self) -> None:
        """From top to bottom, each piece once; what stands nowhere is left out, and a circle ends."""
        texts = {name: ("stream", {"name": "stdout", "text": name}) for name in "abc"}
        inside = ("stream", {"name": "stdout", "text": "inside", "area": 1})
        deep = ("stream", {"name": "stdout", "text": "deep", "area": 2})
        areas = [("area", {"area": 1}), ("area", {"area": 2, "parent": 1}), ("area", {"area": 1, "parent": 2})]
        lost = ("stream", {"name": "stdout", "text": "lost", "area": 9})
        pieces = [texts["a"], areas[0], texts["b"], inside, areas[1], deep, lost, areas[2], inside, texts["c"]]
        found = [body["text"] for _, body in in_order(pieces)]
        self.assertEqual(found, ["a", "inside", "deep", "inside", "b", "c"])


class Notebooks(SynchronousTestCase):
    """Notebooks as others write them."""

    def test_outputs(self) -> None:
        """Printed text, values and failures of a notebook come as ours; what only a front end knows is counted."""
        outputs = [
            {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]},
            {"output_type": "execute_result", "data": {"text/plain": ["4"], "application/x-widget": {}}},
            {"output_type": "display_data", "data": {"image/png": PNG + "\n", "text/plain": "<Figure>"}},
            {"output_type": "display_data", "data": {"image/png": "no base64!"}},
            {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["one", "two"]},
            {"output_type": "update_display_data"}, 7,
        ]  # fmt: skip
        found = read("a.ipynb", notebook([{"cell_type": "code", "source": ["x = 1\n", "x"], "outputs": outputs}]))
        self.assertEqual(found.cells[0].source, "x = 1\nx")
        self.assertEqual(
            found.outputs[0],
            [
                ("stream", {"name": "stderr", "text": "a\nb"}),
                ("result", {"data": {"text/plain": "4"}, "metadata": {}}),
                ("display", {"data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}}),
                ("error", {"name": "ValueError", "message": "no", "frames": [], "plain": "one\ntwo"}),
            ],
        )
        self.assertEqual(found.left_out, {"outputs": 3})

    def test_other_cells(self) -> None:
        """Headings in prose become sections; raw cells are shown as text; what is no cell is counted."""
        cells: list[Any] = [
            {"cell_type": "markdown", "source": "# One\n\nText.\n\n## Two", "attachments": {"a.png": {}}},
            {"cell_type": "raw", "source": "<b>```</b>"}, {"cell_type": "alien"}, None,
        ]  # fmt: skip
        found = read("a.ipynb", notebook(cells, metadata={"kernelspec": {"name": "ir", "language": "R"}}))
        self.assertEqual(
            said(found.cells, words=False),
            [("section", "One", 0), ("text", "Text.", 0), ("section", "Two", 1), ("text", "````\n<b>```</b>\n````", 0)],
        )
        self.assertEqual(found.left_out, {"attachments": 1, "raw-cells": 1, "unknown-cells": 2, "language": 1})

    def test_tags(self) -> None:
        """Tags and cells that may not be edited come in, where a fence can hold them, and go out again."""
        metadata = {"tags": ["hard", "two words", 7, "<b>"], "editable": False}
        cells = [{"cell_type": "code", "source": "1", "metadata": metadata}, {"cell_type": "code", "source": "2"}]
        found = read("a.ipynb", notebook(cells))
        self.assertEqual([cell.options for cell in found.cells], [("protected", "tag-hard"), ()])
        first, second = json.loads(WRITERS["notebook"].write(found))["cells"]
        self.assertEqual((first["metadata"]["tags"], first["metadata"]["editable"]), (["hard"], False))
        self.assertEqual(second["metadata"], {})

    def test_version_three(self) -> None:
        """The former version has its cells in worksheets, headings of their own, and other words for outputs."""
        cells = [
            {"cell_type": "heading", "level": 2, "source": ["Two"]},
            {"cell_type": "code", "input": ["1 + 1"], "outputs": [{"output_type": "pyout", "text": ["2"]}]},
        ]
        data = json.dumps({"nbformat": 3, "metadata": {"name": "Old"}, "worksheets": [{"cells": cells}]}).encode()
        found = read("OLD.IPYNB", data)
        self.assertEqual(said(found.cells, words=False), [("section", "Two", 1), ("code", "1 + 1", 0)])
        self.assertEqual(found.outputs[1], [("result", {"data": {"text/plain": "2"}, "metadata": {}})])
        self.assertEqual(found.title, "Old")

    def test_python(self) -> None:
        """A notebook for Python becomes a worksheet for Python."""
        found = read("a.ipynb", notebook([], metadata={"kernelspec": {"name": "python3", "language": "python"}}))
        self.assertEqual(found.text(), "---\nsagews: 1\nflavour: python\n---\n")

    def test_ids(self) -> None:
        """An id that is none of ours, or is doubled, is replaced by another."""
        cells = [
            {"cell_type": "code", "source": "", "id": identity} for identity in ("abcd", "abcd", "a/b", "c00001", 5)
        ]
        found = read("a.ipynb", notebook(cells))
        self.assertEqual(found.cells[0].id, "abcd")
        self.assertEqual(len({cell.id for cell in found.cells}), 5)


class Hostile(SynchronousTestCase):
    """Files that want more than a worksheet."""

    def refused(self, name: str, data: bytes, code: str = "bad-file") -> SagewsError:
        """Return how a file is refused."""
        error = self.assertRaises(SagewsError, read, name, data)
        self.assertEqual(error.code, code)
        return error

    def test_no_notebooks(self) -> None:
        """What is no notebook is refused in words, however deep it goes."""
        for data in (b"", b"\xff", b"[]", b"{}", b'{"nbformat": 9}', b"[" * 100_000, b'{"a":' * 100_000, b"1" * 9999):
            self.refused("a.ipynb", data)
        self.assertIn("Choose a file", str(self.refused("a.exe", b"")))

    def test_bounds(self) -> None:
        """A file, a cell, and cells in number have bounds; outputs beyond theirs are counted and left out."""
        self.refused("a.ipynb", b"x" * (MAX_FILE + 1), "too-large")
        self.refused("a.md", b"x" * (MAX_SIZE + 1), "too-large")
        self.refused("a.py", b"x" * (MAX_SOURCE + 1))
        self.refused("a.py", b"# %%\nx\n" * (MAX_CELLS + 1), "limit")
        output = {"output_type": "stream", "text": "x" * (MAX_OUTPUT + 1)}
        found = read("a.ipynb", notebook([{"cell_type": "code", "source": "", "outputs": [output]}]))
        self.assertEqual(found.left_out.keys(), {"large-outputs"})
        self.assertLessEqual(sum(len(body["text"]) for _, body in found.outputs[0]), MAX_OUTPUT)

    def test_characters(self) -> None:
        """What a database does not store is replaced, in cells and outputs alike."""
        output = {"output_type": "stream", "text": "\0\ud800"}
        cell = {"cell_type": "code", "source": "a\0\ud800\r\nb", "outputs": [output]}
        found = read("a.ipynb", notebook([cell], metadata={"title": "a\0\ud800"}))
        self.assertEqual(found.cells[0].source, "a\ufffd\ufffd\nb")
        self.assertEqual(found.outputs[0][0][1]["text"], "\ufffd\ufffd")
        found.text().encode()
        self.assertEqual(found.title, "a\ufffd\ufffd")

    @given(st.sampled_from([suffix for suffix, _ in READERS]), st.binary(max_size=400))
    def test_anything(self, suffix: str, data: bytes) -> None:
        """Whatever a file holds, it is a worksheet or refused."""
        try:
            found = read(f"a{suffix}", data)
        except SagewsError:
            return
        parse(found.text())
        for writer in WRITERS.values():
            writer.write(found)

    @given(nested)
    def test_any_cell(self, cell: Any) -> None:
        """Whatever JSON stands where a cell should, the notebook is a worksheet."""
        found = read("a.ipynb", notebook([cell], metadata=cell))
        for writer in WRITERS.values():
            writer.write(found)


class SageWorksheets(SynchronousTestCase):
    """The worksheets of CoCalc and of the Sage notebook."""

    def test_sagews(self) -> None:
        """Modes make texts, flags hide, outputs come by their keys; what CoCalc keeps elsewhere is counted."""
        found = read("a.sagews", SAGEWS.encode())
        self.assertEqual(
            [(cell.type, cell.source, cell.options) for cell in found.cells],
            [("section", "A title", ()), ("text", "Prose.", ()), ("code", "2 + 2", ("hideInput",))],
        )
        self.assertEqual(
            [body.get("text") or body["data"] for _, body in found.outputs[2]],
            ["4\n", {"text/latex": "$\\displaystyle x^2$", "text/plain": "x^2"}, {"text/html": "<b>4</b>"}],
        )
        self.assertEqual(found.left_out, {"pictures": 1, "programs": 1, "outputs": 1})

    def test_no_sagews(self) -> None:
        """Text without a mark is no such worksheet."""
        self.assertRaises(SagewsError, read, "a.sagews", b"x = 1")

    def test_sws(self) -> None:
        """HTML becomes Markdown without a tag of it, cells get their pictures, and data files are counted."""
        text = "A &amp; B\nsystem:sage\n" + SWS_BODY
        data = archive(
            (sws.TEXT, text.encode()), (sws.HTML, SWS_BODY.encode()), ("sage_worksheet/cells/1/sage0.png", b"PNG"),
            ("sage_worksheet/worksheet_conf.pickle", b"cos\nsystem\n"), ("sage_worksheet/data/a.csv", b"1"),
        )  # fmt: skip
        found = read("a.sws", data)
        self.assertEqual(
            said(found.cells, words=False),
            [
                ("section", "Curves", 0), ("text", "A **good** one, here.", 0), ("code", "plot(x)", 0),
                ("text", "*Text*", 0),
            ],
        )  # fmt: skip
        self.assertEqual(
            [body.get("text") or body["data"] for _, body in found.outputs[2]],
            [{"text/html": "<font color='black'></font>"}, "\n4", {"image/png": base64.b64encode(b"PNG").decode()}],
        )
        self.assertEqual((found.title, found.left_out), ("A & B", {"files": 1}))

    def test_bombs(self) -> None:
        """What unpacks to more than a bound is refused at the bound, and so is what is cut off."""
        for data in (bz2.compress(b"\0" * (sws.MAX_ARCHIVE + 1)), archive((sws.HTML, b""))[:-5], b"", b"BZh9"):
            self.assertEqual(self.assertRaises(SagewsError, read, "a.sws", data).code, "bad-file")
        many = archive(*[("sage_worksheet/data/a", b"")] * (sws.MAX_MEMBERS + 1))
        self.assertEqual(self.assertRaises(SagewsError, read, "a.sws", many).code, "bad-file")

    def test_long_html(self) -> None:
        """HTML that is longer than a cell may be is refused before a parser sees it."""
        error = self.assertRaises(SagewsError, read, "a.sws", archive((sws.HTML, b"<!--" * (MAX_SOURCE // 4 + 1))))
        self.assertIn("Split that text", str(error))

    def test_links(self) -> None:
        """A link, a device or a folder in place of the worksheet is refused and never followed."""
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            data = archive((sws.HTML, b""), type=kind, linkname="/etc/passwd")
            self.assertEqual(self.assertRaises(SagewsError, read, "a.sws", data).code, "bad-file")


class Pages(SynchronousTestCase):
    """A worksheet as one HTML file."""

    def page(self, source: str = "", outputs: Sequence[Piece] = (), prose: str = "") -> str:
        """Return the page of a code cell that showed these, behind some prose."""
        builder = SheetBuilder()
        builder.add_prose(prose)
        builder.add_code(source, outputs)
        return write_page(builder.sheet()).decode()

    def test_all_is_text(self) -> None:
        """Tags in code, prose, links and printed text are text."""
        evil = "<script>alert(1)</script>\"'&"
        page = self.page(
            evil, [("stream", {"name": "stdout", "text": evil})], f"# {evil}\n\n- {evil}\n\n[{evil}](https://a.b)"
        )
        self.assertNotIn("<script", page)
        self.assertNotIn(
            "javascript:", self.page(prose="[a](javascript:alert(1)) ![b](https://a/b)").split("<body>")[0]
        )
        self.assertNotIn("<img", self.page(prose="![b](https://a/b)"))

    def test_html_has_no_rights(self) -> None:
        """HTML that a cell printed stands in a frame without rights, and can't end its attribute."""
        page = self.page("", [("result", {"data": {"text/html": '"><script>1</script>'}, "metadata": {}})])
        self.assertIn('<iframe sandbox="" loading="lazy" title="HTML" srcdoc="&quot;&gt;&lt;script&gt;', page)
        self.assertIn("default-src 'none'", page)

    def test_pictures(self) -> None:
        """Pictures stand in the page itself; what is no base64 does not come near it."""
        drawn = "<svg onload=alert(1)>"
        for data, wanted in (
            ({"image/png": PNG}, f"data:image/png;base64,{PNG}"),
            ({"image/svg+xml": drawn}, base64.b64encode(drawn.encode()).decode()),
        ):
            self.assertIn(wanted, self.page("", [("display", {"data": data, "metadata": {}})]))
        page = write_page(Sheet("", (Cell("code", "", "abcd"),), {0: [("display", {"data": {"image/png": '"><b>'}})]}))
        self.assertNotIn(b"<b>", page)
