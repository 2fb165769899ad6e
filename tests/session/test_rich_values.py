"""Values with forms of their own: trees of JSON, sound and films, tables."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.display.tables import MAX_ROWS, TABLE, frame, table_bundle
from sagews.session.display.trees import MAX_VALUES, MORE, fit_tree
from sagews.session.display.written_files import FILES
from sagews.wire.session.checks import fits
from sagews.wire.session.frames import ResultFrame

from .flavour_case import PythonCase
from .sage_case import NEEDS_SAGE, SageCase
from .support import displays, error, printed

pytestmark = pytest.mark.slow


def rows_of(data: Any) -> dict[str, Any]:
    """Return what a table's form says."""
    found: dict[str, Any] = json.loads(data[TABLE])
    return found


class TreeTests(SynchronousTestCase):
    """What is made of a value so that it can be shown as a tree."""

    def test_what_is_no_json_is_its_text(self) -> None:
        """Keys that are no texts, numbers that browsers can't read, sets, bytes, objects."""
        made = fit_tree({1: math.inf, "big": 2**70, "s": {3}, "b": b"x", (1, 2): Ellipsis})
        self.assertEqual(made, {"1": "inf", "big": str(2**70), "s": [3], "b": "b'x'", "(1, 2)": "Ellipsis"})

    def test_what_is_too_much_is_left_out_and_said(self) -> None:
        """Endless depth, and more values than anybody unfolds."""
        deep: list[Any] = []
        deep.append(deep)
        self.assertIn(MORE, json.dumps(fit_tree(deep), ensure_ascii=False))
        long = fit_tree(list(range(10 * MAX_VALUES)))
        self.assertTrue(long[-1].endswith("more"))
        self.assertLess(len(long), MAX_VALUES + 2)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
        )
    )
    def test_the_worker_takes_what_is_made(self, value: Any) -> None:
        """Whatever a person hands over."""
        self.assertTrue(fits("application/json", fit_tree(value)))


class TableTests(SynchronousTestCase):
    """What is made of rows."""

    def test_values(self) -> None:
        """Numbers stay numbers where a browser has them too; the rest is text of bounded length."""
        row = [1, 2**60, 0.1 + 0.2, math.nan, None, True, "x" * 5000, [1], "\0\ud800"]
        data, _ = table_bundle([*"abcdefghi"], [row], 1, "plain")
        (made,) = rows_of(data)["rows"]
        self.assertEqual(made[:6], [1, str(2**60), 0.3, "NaN", None, "True"])
        self.assertEqual((len(made[6]), made[7], made[8]), (500, "[1]", "\ufffd\ufffd"))
        self.assertTrue(fits(TABLE, data[TABLE]))

    def test_bounds(self) -> None:
        """Rows, columns and characters have bounds, and how many there were is told."""
        about = rows_of(table_bundle(["n"], ([n] for n in range(10**9)), 10**9, "")[0])
        self.assertEqual((len(about["rows"]), about["total"]), (MAX_ROWS, 10**9))
        about = rows_of(table_bundle([str(n) for n in range(1000)], [range(1000)], 1, "")[0])
        self.assertEqual((len(about["columns"]), len(about["rows"][0]), about["width"]), (100, 100, 1000))
        data, _ = table_bundle([*"abcdefghi"], [["x" * 500] * 9] * 5000, 5000, "")
        self.assertLess(len(data[TABLE]), 2_200_000)

    def test_only_frames_are_frames(self) -> None:
        """A class that has just the name is a person's own."""
        self.assertIsNone(frame(type("DataFrame", (), {})()))
        self.assertIsNone(frame([1]))


class MediaTests(PythonCase):
    """Sound, films and JSON by IPython's display classes."""

    def test_a_sound_is_its_bytes(self) -> None:
        """So that the page plays it, and no frame of HTML has to."""
        frames = self.session.run(
            "from IPython.display import Audio\nimport numpy as np\nAudio(np.zeros(800), rate=8000)"
        )
        (shown,) = [each for each in frames if isinstance(each, ResultFrame)]
        self.assertEqual(base64.b64decode(str(shown.data["audio/wav"]))[:4], b"RIFF")

    def test_a_film_in_a_file_is_its_bytes(self) -> None:
        """Named by its file, which no page could reach."""
        source = "from IPython.display import Video\nopen('a.mp4', 'wb').write(b'film');\nVideo('a.mp4', width=300)"
        (shown,) = [each for each in self.session.run(source) if isinstance(each, ResultFrame)]
        self.assertEqual(base64.b64decode(str(shown.data["video/mp4"])), b"film")
        self.assertEqual(shown.metadata["video/mp4"], {"width": 300})

    def test_json_is_a_tree(self) -> None:
        """Also what the worker would refuse as it is."""
        source = "from IPython.display import JSON, display\ndisplay(JSON({'a': [1, float('nan')]}, expanded=True))"
        (shown,) = displays(self.session.run(source))
        self.assertEqual(shown.data["application/json"], {"a": [1, "nan"]})
        self.assertEqual(shown.metadata["application/json"]["expanded"], True)

    def test_a_document_is_its_bytes(self) -> None:
        """Of whatever knows how to be one."""
        source = "class A:\n    def _repr_pdf_(self): return b'%PDF-1.4'\nA()"
        (shown,) = [each for each in self.session.run(source) if isinstance(each, ResultFrame)]
        self.assertEqual(base64.b64decode(str(shown.data["application/pdf"])), b"%PDF-1.4")


class SageTableTests(SageCase):
    """Sage's own tables and matrices."""

    pytestmark = NEEDS_SAGE

    def test_long_tables_and_large_matrices_have_rows(self) -> None:
        """With names of columns, formulas in cells, and how much there is."""
        source = (
            "table([['n', 'f']] + [[n, x^n] for n in range(50)], header_row=True)\n"
            "matrix(ZZ, 200, 300, lambda i, j: i*j)\n"
            "matrix(2, 2)"
        )
        shown = [each.data for each in self.sage(source) if isinstance(each, ResultFrame)]
        about = rows_of(shown[0])
        self.assertEqual((about["columns"], about["total"], about["rows"][3][0]), (["n", "f"], 50, 3))
        self.assertIn("x^{3}", about["rows"][3][1])
        about = rows_of(shown[1])
        self.assertEqual((about["total"], about["width"], about["rows"][7][4]), (200, 301, "21"))
        self.assertNotIn(TABLE, shown[2])


class LibraryTests(SageCase):
    """Tables and numbers of others' libraries, in Sage cells."""

    pytestmark = NEEDS_SAGE

    def test_frames_are_tables(self) -> None:
        """With numbers that sort as numbers, whosever they are, and nothing where there is nothing."""
        for source in (
            "import pandas; pandas.DataFrame({'n': [1, 2, 10^20], 'r': [1.5, 1/3, None], 't': ['a', 'b', '<b>']})",
            "pandas.DataFrame({'n': [int(1), int(2)], 'r': [float(1.5), None], 't': ['a', 'b']}).set_index('n')",
            "pandas.Series([1, 2], index=['a', 'b'], name='s')",
            "import polars; polars.DataFrame({'n': [1, 2], 't': ['a', None]})",
            "import numpy; pandas.DataFrame(numpy.zeros((100000, 200)))",
        ):
            (shown,) = [each.data for each in self.sage(source) if isinstance(each, ResultFrame)]
            self.assertIn(TABLE, shown, source)
            about = rows_of(shown)
            if "10^20" in source:
                self.assertEqual(about["rows"][:2], [[0, 1, 1.5, "a"], [1, 2, "1/3", "b"]])
                self.assertEqual(about["rows"][2][1:], [str(10**20), None, "<b>"])
            elif "zeros" in source:
                self.assertEqual((about["total"], about["width"], about["rows"][0][0]), (100_000, 201, 0))

    def test_numbers_are_json(self) -> None:
        """What a library sends of a Sage list is numbers; what is no number is refused as ever."""
        frames = self.sage("import json; print(json.dumps({'x': [1, 2.5, -3], 'y': 10^30}))")
        self.assertEqual(printed(frames), '{"x": [1, 2.5, -3], "y": 1000000000000000000000000000000}\n')
        self.assertEqual(error(self.sage("json.dumps([x^2])")).name, "TypeError")


class WrittenFilesTests(PythonCase):
    """Files that a cell wrote are shown below it."""

    def files(self, source: str) -> list[tuple[str, int]]:
        """Return the files that are shown for a cell, with their sizes."""
        shown = [json.loads(each.data[FILES]) for each in displays(self.session.run(source)) if FILES in each.data]
        return [(file["path"], file["size"]) for each in shown for file in each["files"]]

    def test_new_and_changed_files(self) -> None:
        """Once, also when the cell fails; nothing hidden, no folder, no link, no worksheet."""
        self.assertEqual(
            self.files("open('b.csv', 'w').write('1,2'); open('a.txt', 'w').close();"), [("a.txt", 0), ("b.csv", 3)]
        )
        self.assertEqual(self.files("print(open('b.csv').read())"), [])
        self.assertEqual(self.files("open('b.csv', 'a').write(',3'); 1/0"), [("b.csv", 5)])
        hidden = "import os; open('.h', 'w').close(); os.mkdir('d'); os.symlink('/etc/passwd', 'l')"
        hidden += "; open('w.sage.md', 'w').close()"
        self.assertEqual(self.files(hidden), [])

    def test_the_folder_of_the_cell(self) -> None:
        """Paths are from the home on; a folder outside of it has none."""
        self.assertEqual(self.files("import os; os.mkdir('d2'); os.chdir('d2'); open('x', 'w').close()"), [("d2/x", 0)])
        self.assertEqual(self.files("import os, tempfile; os.chdir(tempfile.mkdtemp()); open('y', 'w').close()"), [])

    def test_a_crowded_folder(self) -> None:
        """Is not gone through."""
        self.assertEqual(self.files("for n in range(1100): open(f'f{n}', 'w').close()"), [])
