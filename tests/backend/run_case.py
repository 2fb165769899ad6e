"""The base of tests of runs: a worksheet whose session is a script."""

from __future__ import annotations

from tests.backend.harness import BackendTestCase, Page


def states(page: Page, run: str | None = None) -> list[str]:
    """Return the states that a page was told, of one run or of all."""
    return [
        message["state"] for message in page.told if message["type"] == "run_state" and run in (None, message["run"])
    ]


class RunCase(BackendTestCase):
    """One page with the document open."""

    def setUp(self) -> None:
        """Open it."""
        super().setUp()
        self.one = self.opened()

    def ran(self, source: str) -> str:
        """Run a source and let it come to what end it does."""
        self.one.edit(self.document, source)
        run = self.one.run(self.document, source)
        self.later()
        self.later()
        return run

    def state(self) -> dict[str, object]:
        """Return the session as last told."""
        return self.one.last("session")
