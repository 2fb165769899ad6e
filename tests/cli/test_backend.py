"""`sagews eval` against a real backend behind the real site; only sessions and stores are in memory."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from twisted.internet import reactor as default_reactor
from twisted.internet.defer import Deferred

from sagews.backend.service import Backend
from sagews.backend.settings import BackendSettings
from sagews.frontend.parts import BackendAddress
from tests.cli.test_commands import CommandTestCase
from tests.fakes.accounts import utc_now
from tests.fakes.checks import InlineChecks
from tests.fakes.documents import MemoryDocuments, MemoryJournal, MemoryRuns, MemoryUsage
from tests.fakes.history import FakeHistories
from tests.fakes.session_host import DIES, FAILS, PRINTS, SUM, WAITS, FakeSessionHost

pytestmark = pytest.mark.slow
reactor: Any = default_reactor


class BackendTests(CommandTestCase):
    """The whole way from the terminal to a session host and back."""

    def websocket(self, origin: str) -> Any:
        """Put a backend behind the site."""
        self.world.accounts.now = utc_now
        self.host = FakeSessionHost(reactor)
        documents = MemoryDocuments(self.world.workspaces)
        settings = BackendSettings(name="b1", origins=frozenset({origin}))
        runs = MemoryRuns(self.world.workspaces)
        journal, usage = MemoryJournal(documents, runs), MemoryUsage(self.world.workspaces, runs)
        stores = self.world.accounts, self.world.workspaces, documents, runs, journal, usage
        self.backend = Backend(reactor, reactor, *stores, FakeHistories(), InlineChecks(), settings, [self.host])
        self.addCleanup(lambda: Deferred.fromCoroutine(self.backend.stop()))
        return self.backend.resource()

    def more_parts(self) -> dict[str, Any]:
        """Send tickets to it."""

        async def placement(_workspace: object) -> BackendAddress:
            return BackendAddress("b1")

        return {"placement": placement, "now": utc_now}

    async def test_values(self) -> None:
        """Values and printed text arrive, in the flavour that was asked for."""
        self.assertEqual(await self.sagews("eval", SUM), (0, "2\n", ""))
        self.assertEqual(await self.sagews("eval", "--flavour", "python", PRINTS), (0, "hello\n", ""))
        self.assertEqual([request.flavour for request in self.host.requests], ["sage", "python"])
        self.assertEqual(self.host.sessions, {})

    async def test_errors(self) -> None:
        """An error, a session that dies, a flavour that is not there: status 1 and why."""
        status, out, err = await self.sagews("eval", FAILS)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("ZeroDivisionError", err)
        status, _, err = await self.sagews("eval", DIES)
        self.assertEqual(status, 1)
        self.assertIn("memory", err)
        status, _, err = await self.sagews("eval", "--flavour", "cobol", SUM)
        self.assertEqual(status, 1)
        self.assertIn("cobol", err)

    async def test_interrupt(self) -> None:
        """Ctrl-C ends a long evaluation, and its session goes with it."""
        program = self.start("eval", WAITS)
        while not self.host.evaluations:
            await _pause()
        program.transport.signalProcess(signal.SIGINT)
        self.assertEqual(await program.ended, (130, "", ""))
        for _ in range(40):
            await _pause()
            if not self.host.sessions:
                return
        self.fail("the session goes on")


async def _pause() -> None:
    done: Deferred[None] = Deferred()
    reactor.callLater(0.05, done.callback, None)
    await done
