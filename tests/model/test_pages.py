"""What a page that is read without us shows of tables, trees, plots and controls, whatever a session sent."""

from __future__ import annotations

import html
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.formats.page import write_page
from sagews.model.formats.page_data import MOST_NODES, MOST_ROWS, table_html, tree_html
from sagews.model.formats.page_prose import prose_html
from sagews.model.formats.sheet import Piece, Sheet
from sagews.model.formats.slides import write_slides
from sagews.model.worksheet.cells import Cell

EVIL = "<b>\"'&"
PNG = "iVBORw0KGgo="
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def page(*pieces: Piece, text: str = "") -> str:
    """Return the page of a text, and of a cell that showed these."""
    return write_page(Sheet("", (Cell("text", text), Cell("code", "x", "abcd")), {1: pieces})).decode()


def shown(**forms: Any) -> Piece:
    """Return a value with these forms, by the last part of their names."""
    names = {"scene": "text/vnd.sagews.scene", "film": "text/vnd.sagews.film", "table": "text/vnd.sagews.table",
             "json": "application/json", "png": "image/png", "plain": "text/plain", "latex": "text/latex"}  # fmt: skip
    return "display", {"data": {names[name]: value for name, value in forms.items()}, "metadata": {}}


class PageTests(SynchronousTestCase):
    """Each kind of output."""

    def test_formulas(self) -> None:
        """A formula says what it is, for whoever sets it, and how it was written, for whoever does not."""
        written = page(shown(latex="$\\frac{1}{2}$"), text="Let $a<b$ be, $$\\sum_1^n$$ and `$code$`.")
        self.assertIn('<code class="tex" data-display="false" data-tex="a&lt;b">$a&lt;b$</code>', written)
        self.assertIn('data-display="true" data-tex="\\sum_1^n">', written)
        self.assertIn('data-display="true" data-tex="\\frac{1}{2}">', written)
        self.assertEqual(written.count("data-tex"), 3)

    def test_plots(self) -> None:
        """A scene and an animation stand as their pictures, with what they are made of as text beside."""
        scene, film = json.dumps({"a": EVIL}), json.dumps({"frames": [PNG, "BBBB"]})
        written = page(shown(scene=scene, png=PNG, plain=EVIL), shown(film=film))
        self.assertIn(f'data-form="text/vnd.sagews.scene" data-source="{html.escape(scene)}"', written)
        self.assertEqual(written.count(f'src="data:image/png;base64,{PNG}"'), 2)
        self.assertNotIn('<b>"', written)
        self.assertNotIn("<script", written)
        self.assertIn("<figure", page(shown(film="[]", plain="no film")))

    def test_tables(self) -> None:
        """A table has its head, its rows and its formulas; of a long one the beginning, and it says so."""
        table = {"columns": ["", EVIL, "f"], "index": 1, "total": 5000, "rows": [["one", None, "$x^2$"]] * 1500}
        written = table_html(json.dumps(table))
        self.assertIn(f"<th></th><th>{html.escape(EVIL)}</th>", written)
        self.assertIn('<tr><th>one</th><td></td><td><code class="tex"', written)
        self.assertEqual(written.count("<tr>"), MOST_ROWS + 1)
        self.assertIn("The first 1,000 of 5,000 rows.", written)
        self.assertIn("plain", page(shown(table="no table", plain="plain")))

    def test_trees(self) -> None:
        """JSON is a tree that opens without a script; of a large one the beginning."""
        written = page(shown(json={"a": [1, {EVIL: None}], "b": "text"}))
        self.assertIn("<details open><summary>2 names</summary>", written)
        self.assertIn(f"<b>{html.escape(EVIL)}</b>: <code>null</code>", written)
        large = tree_html(list(range(10 * MOST_NODES)))
        self.assertLess(large.count("<div>"), MOST_NODES + 1)
        self.assertIn("Not all of it is here", large)

    @given(values)
    def test_anything(self, value: Any) -> None:
        """Whatever JSON stands there, the page is written and has no tags of others."""
        forms = json.dumps(value)
        written = page(
            shown(scene=forms, json=value), shown(table=forms, json=value), shown(film=forms), shown(json=value)
        )
        self.assertNotIn("<script", written)

    def test_controls(self) -> None:
        """Where controls were it is said that there are some, and what they showed stands below."""
        written = page(("channel", {"channel": 1, "area": 2}), ("stream", {"name": "stdout", "text": "last"}))
        self.assertLess(written.index("here stands what they showed last"), written.index(">last<"))

    def test_tables_of_prose(self) -> None:
        """A table of Markdown is one; lines with bars alone are none."""
        written = prose_html("| a | $b$ |\n|---|:-:|\n| 1 \\| 2 | <i> |\n\na | b\nc")
        self.assertIn("<thead><tr><th>a</th><th><code", written)
        self.assertIn("<tbody><tr><td>1 | 2</td><td>&lt;i&gt;</td></tr></tbody>", written)
        self.assertIn("<p>a | b\nc</p>", written)


class SlideTests(SynchronousTestCase):
    """A worksheet as slides."""

    def test_slides(self) -> None:
        """A slide begins with the title, each heading and each line; notes and hidden code are on none."""
        cells = (
            Cell("text", "above"), Cell("section", "One"), Cell("code", "visible", "aaaa"),
            Cell("text", "Notes: quiet"), Cell("text", "---"), Cell("text", "***"),
            Cell("code", "secret", "bbbb", 0, ("hideInput",)),
        )  # fmt: skip
        front = "---\ntitle: Talk\n---\n"
        outputs: dict[int, list[Piece]] = {6: [("stream", {"name": "stdout", "text": EVIL})]}
        written = write_slides(Sheet(front, cells, outputs)).decode()
        slides = written.split('<section class="slide')[1:]
        self.assertEqual(len(slides), 3)
        self.assertIn("<h1>Talk</h1>\n<p>above</p>", slides[0])
        self.assertIn("visible", slides[1])
        self.assertIn(html.escape(EVIL), slides[2])
        for absent in ("quiet", "secret", "<hr", EVIL):
            self.assertNotIn(absent, written)
        self.assertIn('class="slide first"', write_slides(Sheet(front, cells[1:], {})).decode())
