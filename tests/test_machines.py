"""The drawn lives are those of the machines."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.machines import page

DRAWN = Path(__file__).parent.parent / "docs" / "machines.md"


class MachineTests(SynchronousTestCase):
    """docs/machines.md."""

    def test_the_page_is_the_machines(self) -> None:
        """The page is what the machines give; `python -m tests.machines > docs/machines.md` renews it."""
        self.assertEqual(DRAWN.read_text(encoding="utf-8"), page())
