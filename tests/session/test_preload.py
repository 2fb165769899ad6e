"""What is done ahead of the first cell: the gaps of a heap are filled, and a child begins once for nobody."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from tests.session.support import ROOT, interpreter

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

BEGUN = """
import os, signal, threading
from sagews.session.evaluation.loaded import Loaded
from sagews.session.preload import page_warmup
def state():
    names = [f"/proc/self/fd/{number}" for number in range(64)]
    files = [(name, os.stat(name)[:2]) for name in names if os.path.lexists(name)]
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)]
    return files, [thread.name for thread in threading.enumerate()], handlers
before = state()
page_warmup.begin(Loaded({}, None))
print(state() == before, len(before[1]))
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


class BeginningTests(SynchronousTestCase):
    """In a process of its own, as a child of the zygote is."""

    def test_a_beginning_for_nobody_leaves_nothing(self) -> None:
        """Descriptors, threads and handlers of signals are what they were, whatever kind of session comes then."""
        command = [interpreter("python"), "-c", BEGUN]
        told = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout
        self.assertEqual(told, b"True 1\n")
