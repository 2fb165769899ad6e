"""A document that goes while its session comes leaves no session, no count and no place in line."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from sagews.interfaces.sessions import ISessionHost
from tests.backend.run_case import RunCase
from tests.fakes.session_host import SUM, FakeSessionHost


class ClosedWhileStartingTests(RunCase):
    """One document, and a second one in the same workspace that stays."""

    def setUp(self) -> None:
        """Create the second."""
        super().setUp()
        [created] = self.one.say(type="create", request=1, path="other.sage.md")
        self.other = created["document"]["id"]
        self.held: Deferred[None] = Deferred()

    def remove(self) -> None:
        """Remove the document, and let what follows happen."""
        self.one.say(type="remove", request=2, document=self.document)
        self.later(0.2)
        self.later(0.1)
        self.assertNotIn(self.document, [live.about.id for live in self.backend.workspaces.all[0].documents])

    def counted(self) -> int:
        """Return how many sessions the backend counts on its worker."""
        [worker] = self.backend.workspaces._stores.hosts.status()
        return int(str(worker["sessions"]))

    def let_go(self) -> None:
        """Let what is held go on."""
        self.held.callback(None)
        self.later(0.1)
        self.later(0.1)
        self.assertEqual((self.host.sessions, self.counted()), ({}, 0))

    def test_while_the_worker_gets_the_files(self) -> None:
        """Removed before it has a worker, its session is never opened."""
        files: Any = self.backend.workspaces.all[0].files
        laid_out_on = files.laid_out_on

        async def held(host: ISessionHost) -> ISessionHost:
            await self.held
            return await laid_out_on(host)  # type: ignore[no-any-return]

        self.patch(files, "laid_out_on", held)
        self.ran(SUM)
        self.assertEqual(self.counted(), 1)
        self.remove()
        self.let_go()
        self.assertEqual(self.host.requests, [])

    def test_while_the_worker_opens_it(self) -> None:
        """Removed while the worker makes it, the session is ended once it is there, and counted down once."""
        open_session = self.host.open_session

        async def held(request: Any, listener: Any) -> None:
            await self.held
            await open_session(request, listener)

        self.patch(self.host, "open_session", held)
        self.ran(SUM)
        self.remove()
        self.let_go()
        self.assertEqual([reason for _, reason in self.host.ended], ["shutdown"])

    def test_while_it_waits_in_line(self) -> None:
        """Given up while all machines are full, it stands in nobody's way."""
        self.backend.remove_host(self.host)
        self.host = FakeSessionHost(self.clock, capacity=0)
        self.backend.add_host(self.host)
        self.ran(SUM)
        hosts = self.backend.workspaces._stores.hosts
        self.assertEqual(len(hosts._line), 1)
        self.backend.workspaces.all[0].find(self.document).drop()
        self.assertEqual((len(hosts._line), self.counted()), (0, 0))
