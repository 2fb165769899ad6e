"""Notebooks that stay notebooks: nothing of a file is lost, nothing of a hostile one gets further than its cell."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.crdt.document import CellView, put_cell
from sagews.backend.crdt.worksheet_text import is_whole, to_text
from sagews.errors import SagewsError
from sagews.model.identifiers import CellId
from sagews.model.notebook.file import MAX_ENVELOPE, read_in_place, write_in_place
from sagews.model.notebook.outputs import Shown
from sagews.model.positions import between
from sagews.model.worksheet.cells import Cell, Worksheet
from tests.model.notebooks import Opened, check, code, foreign, made, prose, text_of

JSON = Any
PNG = "iVBORw0KGgo=\n"
STREAM = {"name": "stdout", "output_type": "stream", "text": ["one\n", "two"]}
RESULT = {"data": {"text/plain": ["4"]}, "execution_count": 7, "metadata": {}, "output_type": "execute_result"}
FAILURE = {"ename": "E", "evalue": "no", "output_type": "error", "traceback": ["\x1b[31mE\x1b[0m\nmore", "no"]}
PICTURE = {"data": {"image/png": PNG, "text/plain": ["<Figure>"]}, "metadata": {"image/png": {"width": 3}}}
WIDGET = {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2}}, "metadata": {}}

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.just("__proto__"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(
    st.sampled_from(["__proto__", "scrolled", "tags", "sagews", "jupyter", "é"]), values, max_size=3
)
metadata = objects.map(lambda found: {key: value for key, value in found.items() if key not in ("tags", "jupyter")})
sources = st.lists(st.sampled_from(["# A\n", "## B <!-- #ab12 folded -->\n", "x\r\n", "```sage\n", "\n", "y", "é\x0b"]))
outputs = st.one_of(
    st.builds(lambda text: {"output_type": "stream", "name": "stderr", "text": text}, texts | st.lists(texts)),
    st.builds(lambda data: {"output_type": "display_data", "data": data, "metadata": {}},
              st.dictionaries(st.sampled_from(["text/plain", "image/svg+xml"]), texts | st.lists(texts))),
    st.builds(lambda data: {"output_type": "display_data", "data": {"a.b/json": "x", "application/json": data},
                            "metadata": {}}, values),
    st.sampled_from([STREAM, RESULT, FAILURE]),
)  # fmt: skip
entries = st.one_of(
    st.builds(lambda source, meta: {"cell_type": "markdown", "metadata": meta, "source": source}, sources, metadata),
    st.builds(lambda source: {"cell_type": "raw", "metadata": {}, "source": "".join(source)}, sources),
    st.builds(lambda source, shown, count: {"source": source, "outputs": shown, "execution_count": count,
              "cell_type": "code", "metadata": {}},
              sources, st.lists(outputs, max_size=3), st.sampled_from([None, 0, 7])),
)  # fmt: skip


class Kept(SynchronousTestCase):
    """What is not changed is written as it was."""

    def test_those_of_other_programs(self) -> None:
        """Real notebooks go through the live document and come out with every byte, or at least every value."""
        found = foreign()
        self.assertGreater(len(found), 20)
        same = 0
        for path in found:
            before = text_of(path)
            after = Opened(before).text()
            self.assertEqual(json.loads(after), json.loads(before), path)
            same += after == before
        # One has empty lines within its JSON.
        self.assertGreaterEqual(same, len(found) - 1)

    @given(
        st.lists(entries, max_size=5), st.sampled_from([0, 4, 5]), st.sampled_from([None, 1, 2, "\t"]), st.booleans()
    )
    def test_any(self, cells: list[dict[str, JSON]], minor: int, indent: Any, plain: bool) -> None:
        """Whatever stands in a notebook, and however it is laid out, comes back."""
        ids = [{"id": f"Cell-{number}"} if minor == 5 else {} for number in range(len(cells))]
        notebook = {
            "nbformat": 4,
            "metadata": {"z": 1, "a": {"__proto__": {"x": 1}}},
            "cells": [cell | identity for cell, identity in zip(cells, ids, strict=True)],
            "nbformat_minor": minor,
        }
        text = json.dumps(notebook, indent=indent, sort_keys=plain, ensure_ascii=plain)
        self.assertEqual(Opened(text).text(), text)

    def test_outputs(self) -> None:
        """Outputs are shown as far as they are known, and written as they were, pictures and widgets too."""
        shown = [STREAM, RESULT, {**PICTURE, "output_type": "display_data"}, {**WIDGET, "output_type": "display_data"}]
        shown += [FAILURE, {**STREAM, "text": "a" * 40_000}, {**STREAM, "text": ["a", "b"]}]
        text = made(code("2+2", outputs=shown, count=7))
        opened = Opened(text)
        self.assertEqual(opened.text(), text)
        self.assertEqual(check(opened.text())["cells"][0]["outputs"], shown)
        kinds = [kind for kind, _ in opened.shown["abcd"].pieces]
        self.assertEqual(kinds, ["stream", "result", "display", "display", "error", *["stream"] * 4])

    def test_without_ids(self) -> None:
        """A notebook of a version without ids stays one until something is changed; then its cells get ids."""
        before = made({"cell_type": "markdown", "metadata": {}, "source": ["a"]}, minor=4)
        opened = Opened(before)
        self.assertEqual(opened.text(), before)
        opened.write(0, "b")
        after = check(opened.text())
        self.assertEqual((after["nbformat_minor"], after["cells"][0]["id"]), (5, opened.ids[0]))

    def test_ids(self) -> None:
        """Ids of Jupyter stay; the same file gives the same ids here; one that is there twice is kept once."""
        text = made(code("1", "fae5a2ee-1f9f-4a8b-9d9d-0123456789ab"), code("2", "Upper_Case"), code("3", "Upper_Case"))
        first, second = Opened(text), Opened(text)
        self.assertEqual(first.ids[:2], second.ids[:2])
        found = check(first.text())["cells"]
        self.assertEqual([cell["id"] for cell in found[:2]], ["fae5a2ee-1f9f-4a8b-9d9d-0123456789ab", "Upper_Case"])
        self.assertEqual(len({cell["id"] for cell in found}), 3)


class Changed(SynchronousTestCase):
    """What is changed here is changed in the file, and nothing beside it."""

    def test_one_line(self) -> None:
        """A change of one cell is a change of its lines alone, with what Jupyter has that we have not."""
        attached = prose("![a](attachment:a.png)", "efgh", attachments={"a.png": {"image/png": "AAAA"}})
        marked = {**code("x = 1\nx"), "metadata": {"collapsed": False, "custom": {"a": [1]}, "tags": ["a b", "ok"]}}
        text = made(attached, marked)
        opened = Opened(text)
        opened.write(1, "x = 2\nx")
        changed = [
            pair for pair in zip(text.splitlines(), opened.text().splitlines(), strict=True) if pair[0] != pair[1]
        ]
        self.assertEqual(changed, [('    "x = 1\\n",', '    "x = 2\\n",')])
        check(opened.text())

    def test_headings(self) -> None:
        """Headings within a Markdown cell are sections here, and still one cell of the file when they are changed."""
        text = made(prose("# One\n\nSome *text*.\n\n## Two\n```sage\n# no heading\n```"), code("1", "ijkl"))
        opened = Opened(text)
        fence = "```sage\n# no heading\n```"
        wanted = [("section", "One", 0), ("text", "Some *text*.", 0), ("section", "Two", 1), ("text", fence, 0)]
        self.assertEqual(opened.tree, [*wanted, ("code", "1", 0)])
        opened.write(0, "First")
        opened.write(1, "Other text")
        [cell, _] = check(opened.text())["cells"]
        self.assertEqual("".join(cell["source"]), "# First\n\nOther text\n\n## Two\n" + fence)
        del opened.document.cells[opened.ids[0]]
        [cell, _] = check(opened.text())["cells"]
        self.assertEqual((cell["id"], "".join(cell["source"])), ("efgh", "Other text\n\n## Two\n" + fence))

    def test_new_cells(self) -> None:
        """Sections, texts and code that are made here are cells of the file and the same tree when it is read again."""
        opened = Opened(made(code("1")))
        last = opened.document.cells["abcd"]["pos"]
        for identity, kind, source in (
            ("sec1", "section", "A # title"),
            ("txt1", "text", "a\n\nb"),
            ("cod1", "code", "2"),
        ):
            last = between(last, None)
            flags = {"folded": True, "tag-x": True, "protected": True}
            cell = CellView(CellId(identity), kind, last, 2 if kind == "section" else 0, source, flags)
            put_cell(opened.document, cell)
        found = check(opened.text())["cells"]
        self.assertEqual([cell["id"] for cell in found], ["abcd", "sec1", "txt1", "cod1"])
        self.assertEqual(found[1]["metadata"], {"editable": False, "sagews": {"options": ["folded"]}, "tags": ["x"]})
        again = Opened(opened.text())
        self.assertEqual((again.tree, again.ids), (opened.tree, opened.ids))
        self.assertEqual(again.text(), opened.text())

    def test_runs(self) -> None:
        """What a cell shows now takes the place of what it had shown; a cell that was cleared has nothing."""
        opened = Opened(made(code("1", "abcd", [FAILURE], 3), code("2", "efgh", [RESULT], 7), code("3", "ijkl", [], 4)))
        opened.shown["abcd"] = Shown(12, [("stream", {"name": "stdout", "text": "new\n"}), ("notice", {"text": "x"})])
        opened.shown["efgh"] = Shown(7, [])
        first, second, third = check(opened.text())["cells"]
        self.assertEqual((first["execution_count"], first["outputs"]), (12, [{**STREAM, "text": ["new\n"]}]))
        self.assertEqual((second["execution_count"], second["outputs"]), (7, []))
        self.assertEqual((third["execution_count"], third["outputs"]), (4, []))

    def test_settings(self) -> None:
        """Title and kind of session are settings of the notebook, beside those that we do not know."""
        known = {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}, "widgets": {"x": [1]}}
        opened = Opened(made(code("1"), metadata=known))
        self.assertEqual(opened.document.meta["flavour"], "python")
        opened.document.meta["title"] = "Curves"
        found = check(opened.text())["metadata"]
        self.assertEqual(found, {**known, "title": "Curves"})
        opened.document.meta["flavour"] = "sage"
        self.assertEqual(check(opened.text())["metadata"]["kernelspec"]["name"], "sagemath")

    def test_a_new_one(self) -> None:
        """A worksheet that begins as a notebook is one that Jupyter takes."""
        text = write_in_place(Worksheet("", (Cell("code", "1", "abcd"),)), "A", "sage", {})
        self.assertEqual(check(text)["metadata"]["kernelspec"]["name"], "sagemath")

    def test_as_markdown(self) -> None:
        """What a notebook keeps does not get into the Markdown of its worksheet."""
        text = to_text(
            Opened(made(prose("# A\n\ntext"), code("1", outputs=[FAILURE]), metadata={"title": "T"})).document
        )
        self.assertNotIn("{", text)
        self.assertTrue(text.startswith("---\nsagews: 1\ntitle: T\n---\n# A"))


class Hostile(SynchronousTestCase):
    """A file, or a page, may say anything."""

    def refused(self, text: str, code: str = "bad-file") -> SagewsError:
        """Check that a notebook is refused, and return how."""
        error = self.assertRaises(SagewsError, read_in_place, text, is_whole)
        self.assertEqual(error.code, code)
        return error

    def test_refusals(self) -> None:
        """What is no notebook, or could not be saved whole, is refused with what to do."""
        deep = "[" * 200 + "]" * 200
        large = prose("x", attachments={"a.png": {"image/png": "A" * 500_000}})
        for text in (
            "[" * 100_000, deep, "{}", "1", '{"nbformat": 4}', made(code("1"), metadata={"a": json.loads(deep)}),
            made({"cell_type": "code"}), made({"cell_type": "html", "source": "x"}), made(code("1", outputs=[{}])),
            made(nbformat=3), made(metadata={"widgets": "x" * MAX_ENVELOPE}), made(large), made(code("x" * 500_001)),
            made(metadata={"a": float("nan")}), made(metadata={"a": 1}).replace(": 1", ": " + "1" * 5000),
            made(code("1", outputs=[{**STREAM, "text": "x" * 2_200_000}])),
        ):  # fmt: skip
            self.assertTrue(self.refused(text).parameters["advice"])
        self.refused(made(*[code("", f"id{number}") for number in range(10_001)]), "limit")
        self.refused("x" * (16 * 1024 * 1024 + 1), "too-large")

    @given(values | objects, st.sampled_from(["c", "o", "d", "g", "a"]), st.sampled_from(["code", "text", "section"]))
    def test_what_a_page_keeps(self, value: JSON, name: str, kind: str) -> None:
        """Whatever a page writes where a cell keeps its notebook, the file is one and says what the cell says."""
        kept = {"c": {"cell_type": "code"}, "d": "", name: value}
        cells = tuple(Cell(kind, "source", f"abc{at}", 0, (), (json.dumps(kept),)) for at in range(2))
        shown = {0: Shown(1, [("stream", {"name": "stdout", "text": "x"})])}
        text = write_in_place(Worksheet('{"notebook":' + json.dumps(value) + "}", cells), "t", "sage", shown)
        told = read_in_place(text, is_whole).worksheet.cells
        self.assertIn("source", told[0].source)

    def test_deep_words_of_a_page(self) -> None:
        """JSON that is too deep to be written is none."""
        deep = '{"c":' + "[" * 900 + "]" * 900 + "}"
        text = write_in_place(Worksheet(deep, (Cell("code", "1", "abcd", 0, (), (deep,)),)), "", "sage", {})
        self.assertEqual(check(text)["cells"][0]["source"], ["1"])
