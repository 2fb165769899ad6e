"""kill -9 of each process, once, while several people edit and run: nothing that was acknowledged is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
# A limit for a hang, not for a slow machine: it takes about a minute.
SECONDS = 600


class KillTests(SynchronousTestCase):
    """The bounded form of `make soak`."""

    def test_nothing_acknowledged_is_lost(self) -> None:
        """Server, PostgreSQL, worker, collector, session, zygote and launchers are killed in turn, under load.

        Every edit that was said to be saved and all output that was committed is there afterwards, and everybody goes
        on working without doing anything.
        """
        ended = subprocess.run(
            [sys.executable, "-m", "tests.soak", "--minutes", "0"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn(": 0 problems", ended.stdout)
