"""The gaps of a heap that has been used and freed are filled: what is allocated next lies together."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from tests.session.support import ROOT

SCATTERED = """
import sys
from sagews.session.preload import heap_gaps
kept = [bytes(100) for _ in range(100_000)]
del kept[::7]
if sys.argv[1] == "fill":
    heap_gaps.fill()
pages = {id(each) // 4096 for each in [bytes(100) for _ in range(300)]}
print(len(pages))
"""


class HeapGapTests(SynchronousTestCase):
    """In a process of its own, whose heap nobody else has used."""

    def pages(self, word: str) -> int:
        """Return over how many pages 300 new objects of 144 bytes are spread."""
        command = [sys.executable, "-c", SCATTERED, word]
        return int(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)

    def test_new_objects_lie_together(self) -> None:
        """300 objects of 144 bytes take some 11 pages, not one for every few of them."""
        self.assertGreater(self.pages("leave"), 50)
        self.assertLess(self.pages("fill"), 20)
