"""The base of tests of single sessions on a worker, driven turn by turn."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId
from sagews.worker.sessions.bounds import Bounds
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings
from tests.contracts.session_host import evaluate
from tests.worker.fakes import (
    WAITS,
    WORKER,
    FakeLauncher,
    FakeSession,
    PumpedReactor,
    Recorder,
    evaluation,
    session_request,
)


class SessionTestCase(SynchronousTestCase):
    """A host with scripted sessions, driven turn by turn."""

    bounds = Bounds()
    pool_bytes = 64 * 1024 * 1024

    def setUp(self) -> None:
        """Make a host."""
        self.reactor = PumpedReactor()
        self.launcher = FakeLauncher(self.reactor)
        self.host = LocalHost(
            self.reactor,
            self.launcher,
            WORKER,
            settings=LocalSettings(capacity=3),
            bounds=self.bounds,
            pool_bytes=self.pool_bytes,
        )
        self.host.start()

    def tearDown(self) -> None:
        """End what is left."""
        for session in list(self.launcher.listeners):
            self.launcher.end(session, "killed", -9)
        self.reactor.pump()

    def run_now(self, waiting: Any) -> Any:
        """Return what a coroutine returns, having done what is ready."""
        deferred = Deferred.fromCoroutine(waiting)
        self.reactor.pump()
        return self.successResultOf(deferred)

    def refused(self, waiting: Any) -> SagewsError:
        """Return the SagewsError that a coroutine raises."""
        deferred = Deferred.fromCoroutine(waiting)
        self.reactor.pump()
        error: Any = self.failureResultOf(deferred, SagewsError).value
        return error  # type: ignore[no-any-return]

    def opened(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession]:
        """Open a session."""
        request, recorder = session_request(**asked), Recorder()
        self.run_now(self.host.open_session(request, recorder))
        return request.session, recorder, self.launcher.sessions[request.session]

    def waiting_run(self, **asked: Any) -> tuple[SessionId, Recorder, FakeSession, str]:
        """Open a session in which a run goes on."""
        session, recorder, fake = self.opened(**asked)
        cell = evaluation(WAITS)
        self.run_now(evaluate(self.host, session, cell))
        return session, recorder, fake, cell.run

    def later(self, seconds: float) -> None:
        """Let time pass in steps of the meter."""
        for _ in range(int(seconds)):
            self.reactor.advance(1)
            self.reactor.pump()
