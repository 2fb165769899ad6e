"""Lines that are drawn over, as progress bars are: what is covered is not sent, and hours of it are not much."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.output.terminal import overstruck
from sagews.wire.session.frames import StreamFrame

from .flavour_case import PythonCase

pytestmark = pytest.mark.slow
STEP = re.compile(r"\x1b\[(\d*)([mK])|([^\x1b])")


def shown(text: str) -> list[list[tuple[str, str]]]:
    """Return what a terminal shows: for each line its letters, each with its colour."""
    lines: list[list[tuple[str, str]]] = [[]]
    column, colour = 0, ""
    for value, code, letter in STEP.findall(text):
        line = lines[-1]
        if code == "m":
            colour = "" if value in ("", "0") else value
        elif code == "K":
            del line[0 if value == "2" else column :]
        elif letter == "\n":
            lines.append([])
            column = 0
        elif letter == "\r":
            column = 0
        else:
            line += [(" ", "")] * (column - len(line))
            line[column : column + 1] = [(letter, colour)]
            column += 1
    return lines


class CoveredTests(SynchronousTestCase):
    """What is left out of a text."""

    def test_drafts_of_a_bar(self) -> None:
        """Only the last one is left, with colours or not."""
        self.assertEqual(overstruck("".join(f"\r{n:3d}%|{'#' * n}" for n in range(100))), f"\r 99%|{'#' * 99}")
        self.assertEqual(len(overstruck("\r\x1b[32m##\x1b[0m 1/9" * 50)), len("\r\x1b[0m\x1b[32m##\x1b[0m 1/9"))
        self.assertEqual(overstruck("long\rab\rc\rde\r\nf"), "long\rde\r\nf")

    @given(
        st.lists(
            st.sampled_from(["\r", "\r", "\n", "\x1b[31m", "\x1b[0m", "\x1b[K", "\x1b[2K", "a", "bcd", "efghij"])
        ).map("".join)
    )
    def test_what_is_seen_stays(self, text: str) -> None:
        """A terminal shows the same of what is left, and what is printed next looks the same."""
        self.assertEqual(shown(overstruck(text) + "x"), shown(text + "x"))


class BarTests(PythonCase):
    """A cell with a progress bar."""

    def test_thousands_of_drawings_are_little(self) -> None:
        """Of hundreds of kilobytes a few arrive, the last drawing among them, and what follows stands behind it."""
        source = (
            "import sys, time\n"
            "for n in range(3000):\n"
            "    sys.stderr.write(f'\\r{n:4d} of 3000 {\"#\" * 90}'); sys.stderr.flush(); time.sleep(0.001)\n"
            "print(file=sys.stderr); print('done')"
        )
        frames = [each for each in self.session.run(source) if isinstance(each, StreamFrame)]
        text = "".join(each.text for each in frames if each.name == "stderr")
        self.assertLess(len(text), 60_000)
        self.assertIn("2999 of 3000", text)
        self.assertEqual([each.text for each in frames if each.name == "stdout"], ["done\n"])
