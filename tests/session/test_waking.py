"""How often a session is woken: each time costs a daemon beside it more than the session itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from .flavour_case import PythonCase

pytestmark = pytest.mark.slow

CELLS = 100


def sleeps(pid: int) -> int:
    """Return how often the first thread of a process has gone to sleep."""
    status = Path(f"/proc/{pid}/task/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("voluntary_ctxt_switches"))
    return int(line.split()[1])


class WakingTests(PythonCase):
    """A session that waits for its next cell."""

    def test_once_for_each_cell(self) -> None:
        """It wakes when a cell comes, and sleeps on while what it sent is read."""
        self.alive()
        before = sleeps(self.session.pid)
        for _ in range(CELLS):
            self.session.run("1 + 1")
        self.assertLess(sleeps(self.session.pid) - before, 1.5 * CELLS)
