"""Files that cells load and attach: Sage's, Python's, notebooks and Markdown worksheets; with real Sage."""

from __future__ import annotations

import json
import os

from .sage_case import NEEDS_SAGE, SageCase
from .support import error, printed, values

pytestmark = NEEDS_SAGE

MARKDOWN = "# Title\n\n```sage\na = 1/2\n%time b = a\n```\n\n```text\nno code\n```\n\n~~~python\nc = 3\n~~~\n"


class LoadingTests(SageCase):
    """One session for each."""

    def write(self, name: str, text: str, age: float = 0) -> None:
        """Write a file into the home, as if it were so many seconds younger than now."""
        path = self.session.home / name
        path.write_text(text)
        stamp = path.stat().st_mtime + age
        os.utime(path, (stamp, stamp))

    def test_worksheets_and_notebooks_are_loaded(self) -> None:
        """Their code cells, in Sage's language, with magics; by function and by magic."""
        self.write("sheet.sage.md", MARKDOWN)
        self.assertIn("wall time", printed(self.sage("load('sheet.sage.md')")))
        self.assertEqual(values(self.sage("a, c")), ["(1/2, 3)"])
        cells = [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": ["d = 1/4\n", "%pwd\n"]}]
        self.write("book.ipynb", json.dumps({"cells": cells, "nbformat": 4}))
        self.assertEqual(values(self.sage("%load book.ipynb\nd")), ["1/4"])
        self.write("book.ipynb", "{}")
        self.assertIn("no Jupyter notebook", error(self.sage("load('book.ipynb')")).message)

    def test_errors_name_file_and_line(self) -> None:
        """In Sage's language, in a Markdown worksheet and in a notebook's cell."""
        self.write("wrong.sage", "x = 5\n\n1/0\n")
        last = error(self.sage("load('wrong.sage')")).frames[-1]
        places = [(frame["file"], frame["line"]) for frame in error(self.sage("load('wrong.sage')")).frames]
        self.assertTrue(any(str(file).endswith("wrong.sage") and line == 3 for file, line in places), last)
        self.write("wrong.md", "# Title\n\n```sage\n1/0\n```\n")
        places = [(frame["file"], frame["line"]) for frame in error(self.sage("load('wrong.md')")).frames]
        self.assertTrue(any(str(file).endswith("wrong.md") and line == 4 for file, line in places))
        self.write("wrong.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "y = 1\n1/0"}]}))
        places = [(frame["file"], frame["line"]) for frame in error(self.sage("load('wrong.ipynb')")).frames]
        self.assertTrue(any(str(file).endswith("wrong.ipynb, cell 1") and line == 2 for file, line in places))

    def test_attached_files_are_read_again_when_they_change(self) -> None:
        """Before the next cell; listed, detached; what fails then is told with its line, and the cell runs."""
        self.write("kept.sage", "value = 1/2\n")
        self.write("sheet.md", "```sage\nother = 1/3\n```\n")
        self.assertEqual(values(self.sage("%attach kept.sage sheet.md\nvalue, other")), ["(1/2, 1/3)"])
        self.write("kept.sage", "value = 3/2\n", 10)
        self.write("sheet.md", "```sage\nother = 4/3\n```\n", 10)
        self.assertEqual(values(self.sage("value, other")), ["(3/2, 4/3)"])
        listed = printed(self.sage("%attach"))
        self.assertIn("kept.sage", listed)
        self.assertIn("sheet.md", listed)
        self.write("kept.sage", "value = 5/2\n1/0\n", 20)
        frames = self.sage("value")
        self.assertEqual(values(frames), ["5/2"])
        self.assertIn("kept.sage, line 2)", printed(frames, "stderr"))
        self.sage("%detach kept.sage\ndetach('sheet.md')")
        self.assertEqual(printed(self.sage("%attach")), "No file is attached.\n")
        self.write("kept.sage", "value = 7/2\n", 30)
        self.assertEqual(values(self.sage("value")), ["5/2"])
