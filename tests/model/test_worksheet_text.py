"""The worksheet file: read and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.worksheet.cells import MAX_SIZE, Cell, Worksheet
from sagews.model.worksheet.read import parse
from sagews.model.worksheet.write import write
from tests.model.strategies import canonical_cells, wild_texts

CURVE = """---
sagews: 1
title: A curve of rank one
---
# The curve 37a

The curve $E : y^2 + y = x^3 - x$ …

## Multiples of P

```sage #k3f9
P = E(0, 0)
[n*P for n in [6..9]]
```

One text.

<!-- cell #p2x1 -->
Another text.
"""


def said(cells: Sequence[Cell]) -> list[tuple[object, ...]]:
    """What cells say, without what the file may leave out."""
    return [
        (cell.type, cell.source, cell.depth, cell.options, cell.id if cell.type == "code" or cell.options else None)
        for cell in cells
    ]


class Examples(SynchronousTestCase):
    """Files as people write them."""

    def test_the_format_of_the_documentation(self) -> None:
        """Headings, prose, fences and separators become cells, and nothing is kept beside them."""
        worksheet = parse(CURVE)
        self.assertEqual(worksheet.front, "---\nsagews: 1\ntitle: A curve of rank one\n---\n")
        self.assertEqual(
            worksheet.cells,
            (
                Cell("section", "The curve 37a"),
                Cell("text", "The curve $E : y^2 + y = x^3 - x$ …"),
                Cell("section", "Multiples of P", depth=1),
                Cell("code", "P = E(0, 0)\n[n*P for n in [6..9]]", id="k3f9"),
                Cell("text", "One text."),
                Cell("text", "Another text.", id="p2x1"),
            ),
        )
        self.assertEqual(write(worksheet), CURVE)

    def test_only_the_first_column_counts(self) -> None:
        """Fences in lists, headings in code, setext headings and other fences are prose."""
        text = "- a\n\n  ```sage #aaaa\n  1\n  ```\n\n```text\n# no heading\n```sage #bbbb\n```\n\nSetext\n======\n"
        self.assertEqual([cell.type for cell in parse(text).cells], ["text"])

    def test_an_edit_keeps_the_style_of_its_cell(self) -> None:
        """A changed source is written with the fence, line endings and blank lines that the cell had."""
        text = "~~~~ sage  #k3f9  folded\r\nx\r\n~~~~~\r\n\r\n\r\n# End #\r\n"
        first, last = parse(text).cells
        self.assertEqual((first.source, first.options, last.source), ("x", ("folded",), "End"))
        written = write(Worksheet("", (replace(first, source="x\ny"), replace(last, source="The end"))))
        self.assertEqual(written, "~~~~ sage  #k3f9  folded\r\nx\r\ny\r\n~~~~~\r\n\r\n\r\n# The end #\r\n")

    def test_a_new_id_goes_into_the_fence_that_is_there(self) -> None:
        """A cell that was given an id keeps its fence otherwise; an empty one can be filled."""
        (cell,) = parse("~~~sage\n~~~\n").cells
        self.assertIsNone(cell.id)
        self.assertEqual(write(Worksheet("", (replace(cell, id="k3f9"),))), "~~~sage #k3f9\n~~~\n")
        self.assertEqual(write(Worksheet("", (replace(cell, id="k3f9", source="x"),))), "~~~sage #k3f9\nx\n~~~\n")

    def test_code_with_fences_gets_a_longer_one(self) -> None:
        """No line of the code can end its cell."""
        cell = Cell("code", 'print("""\n```\n````\n""")', id="k3f9")
        text = write(Worksheet("", (cell, Cell("section", "x"))))
        self.assertTrue(text.startswith("`````sage #k3f9\n"))
        self.assertEqual(parse(text).cells, (cell, Cell("section", "x")))

    def test_an_open_fence_in_prose_swallows_nothing(self) -> None:
        """A fence that somebody has not closed yet is closed in the file."""
        cells = (Cell("text", "look:\n~~~~ python"), Cell("code", "1", id="k3f9"))
        text = write(Worksheet("", cells))
        self.assertEqual(text, "look:\n~~~~ python\n~~~~\n\n```sage #k3f9\n1\n```\n")

    def test_a_forged_style_can_not_speak(self) -> None:
        """A style that would say something else than the cell is not used."""
        forged = Cell("code", "1", id="k3f9", raw=("```sage #k3f9\n", "\n```\n\n```sage #evil\n2\n```\n", "\n"))
        self.assertEqual(write(Worksheet("", (forged,))), "```sage #k3f9\n1\n```\n")

    def test_prose_that_looks_like_front_matter(self) -> None:
        """Text at the start of a file stays text."""
        cells = (Cell("text", "---\nkey: value\n---", id="p2x1"),)
        self.assertEqual(said(parse(write(Worksheet("", cells))).cells), said(cells))

    def test_bounds(self) -> None:
        """Too much text and too many cells are refused."""
        for text, code in (
            ("x" * (MAX_SIZE + 1), "too-large"),
            ("𝔽" * (MAX_SIZE // 3), "too-large"),
            ("#\n" * 10_001, "limit"),
        ):
            self.assertEqual(self.assertRaises(SagewsError, parse, text).code, code)

    def test_blank_lines_without_end(self) -> None:
        """A text of nothing but line ends, as large as a cell may be, is written as an empty one."""
        cell = Cell("text", "\n" * 480_000, id="p2x1")
        self.assertEqual(write(Worksheet("", (cell,))), write(Worksheet("", (replace(cell, source=""),))))


class Properties(SynchronousTestCase):
    """What holds for every file and every worksheet."""

    @settings(max_examples=1500, deadline=None)
    @given(wild_texts)
    @example("\ufeff---\nsagews: 1\n---\n\ufeff")
    @example("```sage #k3f9\r\n\n\r```")
    @example("---\rsagews: 1\r---\r\r# One\r```sage #k3f9\r1\r\r2\r```\ra\rb")
    def test_what_was_read_is_written_again(self, text: str) -> None:
        """Parse, then write, gives the same bytes for any text."""
        worksheet = parse(text)
        self.assertEqual(write(worksheet), text)
        self.assertNotIn("\r", "".join(cell.source for cell in worksheet.cells))

    @settings(max_examples=800, deadline=None)
    @given(canonical_cells)
    def test_what_was_written_is_read_again(self, cells: list[Cell]) -> None:
        """Write, then parse, gives the same cells, and our own writing needs no style of its own."""
        found = parse(write(Worksheet("", tuple(cells)))).cells
        self.assertEqual(said(found), said(cells))
        self.assertEqual({cell.raw for cell in found} - {None}, set())

    @settings(max_examples=500, deadline=None)
    @given(wild_texts, st.lists(st.integers(0, 20), max_size=4), st.data())
    def test_edits_of_any_file_lose_no_code(self, text: str, places: list[int], data: st.DataObject) -> None:
        """After cells were moved and changed, every code cell is read again with its id and source."""
        cells = [replace(cell, id=f"cell{number:04d}") for number, cell in enumerate(parse(text).cells)]
        cells = data.draw(st.permutations(cells))
        for place in places:
            if place < len(cells) and cells[place].type == "code":
                cells[place] = replace(cells[place], source="changed\n``` `")
        found = parse(write(Worksheet("", tuple(cells)))).cells
        code = [(cell.id, cell.source) for cell in cells if cell.type == "code"]
        ours = {identity for identity, _ in code}
        self.assertEqual([(cell.id, cell.source) for cell in found if cell.type == "code" and cell.id in ours], code)
