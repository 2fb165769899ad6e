"""Sessions that find every machine full wait in line, know where they are, and begin by themselves."""

from __future__ import annotations

from typing import Any

from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import SUM, WAITS, FakeSessionHost


class LineTests(BackendTestCase):
    """A machine with room for one session, and three documents."""

    def setUp(self) -> None:
        """Replace the machine, and open the documents."""
        super().setUp()
        self.backend.remove_host(self.host)
        self.small = FakeSessionHost(self.clock, capacity=1)
        self.backend.add_host(self.small)
        first = self.opened()
        self.pages: dict[str, Page] = {self.document: first}
        for number in range(2):
            [created] = first.say(type="create", request=number, path=f"{number}.sage.md")
            page = self.pages[created["document"]["id"]] = self.page()
            page.open(created["document"]["id"])
        self.order = list(self.pages)

    def run_in(self, document: str, source: str) -> str:
        """Run a cell of a document."""
        page = self.pages[document]
        page.edit(document, source)
        run = page.run(document, source)
        self.later()
        return run

    def state(self, document: str) -> dict[str, Any]:
        """Return what is said last of a document's session."""
        return self.pages[document].last("session")

    def states(self, document: str, run: str) -> list[str]:
        """Return the states of a run."""
        return [
            said["state"] for said in self.pages[document].told if said["type"] == "run_state" and said["run"] == run
        ]

    def stop(self, document: str) -> None:
        """End the session of a document."""
        self.pages[document].say(type="stop", document=document)
        self.later()

    def test_everybody_gets_a_turn(self) -> None:
        """The second and the third wait with their places, move up, and run; nobody reads an error."""
        first, second, third = self.order
        self.run_in(first, SUM)
        runs = {document: self.run_in(document, SUM) for document in (second, third)}
        for document, place in ((second, 1), (third, 2)):
            self.assertEqual(self.state(document)["state"], "starting")
            self.assertIn(f"number {place} in line", self.state(document)["sentence"])
        self.stop(first)
        self.assertEqual(self.states(second, runs[second])[-1], "done")
        self.later(1)
        self.assertNotIn("in line", self.state(second).get("sentence") or "")
        self.assertIn("number 1 in line", self.state(third)["sentence"])
        self.stop(second)
        self.assertEqual(self.states(third, runs[third])[-1], "done")

    def test_stop_leaves_the_line(self) -> None:
        """Who stops waiting is out at once, and those behind move up."""
        first, second, third = self.order
        self.run_in(first, WAITS)
        waiting = self.run_in(second, SUM)
        self.run_in(third, SUM)
        self.stop(second)
        self.assertEqual(self.states(second, waiting)[-1], "cancelled")
        self.assertEqual(self.state(second)["state"], "stopped")
        self.assertIn("number 1 in line", self.state(third)["sentence"])

    def test_a_machine_that_comes_serves_the_line(self) -> None:
        """While no machine can be reached runs wait for one; the next that comes takes them."""
        self.backend.remove_host(self.small)
        self.backend.add_host(FakeSessionHost(self.clock, capacity=0))
        first = self.order[0]
        run = self.run_in(first, SUM)
        self.assertIn("number 1 in line", self.state(first)["sentence"])
        self.backend.add_host(FakeSessionHost(self.clock))
        self.later()
        self.assertEqual(self.states(first, run)[-1], "done")

    def test_a_save_waits_for_no_session(self) -> None:
        """A machine whose sessions are all taken still saves."""
        first = self.order[0]
        self.run_in(first, WAITS)
        self.assertIs(self.backend._hosts.choose(None, None), self.small)
