"""What builds the environments: two builds at once on one machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from scripts import bootstrap

OTHER = """
import sys
from pathlib import Path
from scripts import bootstrap
with bootstrap.only_one(Path(sys.argv[1])):
    print("its turn", (Path(sys.argv[1]) / bootstrap.READY).exists(), flush=True)
"""


class OnlyOneTests(SynchronousTestCase):
    """Environments are shared by all checkouts of a machine."""

    def test_second_build_waits(self) -> None:
        """Who wants an environment that another is building waits until it is whole."""
        with TemporaryDirectory() as folder:
            place = Path(folder) / "sage-0123"
            with bootstrap.only_one(place):
                place.mkdir()
                other = self._other(place)
                assert other.stderr is not None
                self.assertIn("waiting for another build of sage-0123", other.stderr.readline())
                (place / bootstrap.READY).write_text("[]")
            self.assertEqual(other.communicate()[0], "its turn True\n")

    def _other(self, place: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", OTHER, str(place)]
        other = subprocess.Popen(
            command, cwd=bootstrap.CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.addCleanup(lambda: other.communicate() if other.poll() is None else None)
        return other
