"""A link that dies while something is unanswered must not hold the process."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.workers.remote_host import RemoteHost
from sagews.errors import SagewsError
from sagews.model.identifiers import RunId, SessionId, new_id
from sagews.model.sessions import Isolation, WorkerInfo
from sagews.net.amp import AmpLink, GuardedLocator
from sagews.wire import worker as wire
from tests.worker.fakes import Recorder, session_request

INFO = WorkerInfo("worker-1", Isolation.NONE, ("python",), {}, 0, 10)
MOST = 5


class Counted(AmpLink):
    """A link that stops a loop which asks it for ever; what it is asked to open is opened."""

    asked = 0

    async def ask(self, command: Any, seconds: float = 60.0, **arguments: Any) -> dict[str, Any]:
        """Call the other side, a few times."""
        self.asked += 1
        if self.asked > MOST:
            raise RuntimeError("it was asked again and again after its end")
        if command is wire.OpenSession:
            return {}
        return await super().ask(command, seconds, **arguments)


def broken(*arguments: object) -> None:
    """Fail as nobody expected."""
    raise ZeroDivisionError


class DeadLinkTests(SynchronousTestCase):
    """A worker whose link is cut under an evaluation."""

    def setUp(self) -> None:
        """Link a worker that never answers."""
        self.clock = Clock()
        self.lost: list[RemoteHost] = []
        self.recorder = Recorder()
        self.host = RemoteHost(self.clock, INFO, 30.0, self.lost.append)
        self.link = self.linked({})
        self.session = SessionId(new_id())
        request = session_request()
        self.session = request.session
        self.successResultOf(Deferred.fromCoroutine(self.host.open_session(request, self.recorder)))
        self.held = {self.session: wire.Held(request.workspace, request.epoch, 0)}

    def linked(self, held: dict[Any, wire.Held]) -> Counted:
        """Attach a new link."""
        link = Counted(GuardedLocator(), self.clock, self.host.detach)
        link.makeConnection(StringTransport())
        self.host.attach(link, INFO, held)
        self.clock.advance(0)
        return link

    def evaluate(self) -> Deferred[None]:
        """Run a cell that nobody answers."""
        return Deferred.fromCoroutine(self.host.send(self.session, {"type": "run"}, RunId(new_id())))

    def test_it_waits_for_the_next_link(self) -> None:
        """The evaluation is sent once over the dead link and once over the next one, and nothing turns in between."""
        evaluation = self.evaluate()
        self.link.connectionLost(Failure(ConnectionLost()))
        self.assertNoResult(evaluation)
        self.assertEqual(self.link.asked, 2)
        following = self.linked(self.held)
        self.assertEqual(following.asked, 1)

    def test_it_ends_with_the_session(self) -> None:
        """Without another link the session is over and the evaluation is told so."""
        evaluation = self.evaluate()
        self.link.connectionLost(Failure(ConnectionLost()))
        self.clock.advance(31)
        self.assertEqual(self.failureResultOf(evaluation, SagewsError).value.code, "no-session")

    def test_a_listener_that_raises_at_the_end(self) -> None:
        """It keeps neither the other sessions nor who waits nor the owner from hearing that the worker is given up."""
        other, recorder = session_request(), Recorder()
        self.successResultOf(Deferred.fromCoroutine(self.host.open_session(other, recorder)))
        self.patch(self.recorder, "ended", broken)
        evaluation = self.evaluate()
        self.link.connectionLost(Failure(ConnectionLost()))
        self.clock.advance(31)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual([ending.reason for ending in recorder.endings], ["worker-lost"])
        self.failureResultOf(evaluation, SagewsError)
        self.assertEqual(self.lost, [self.host])

    def test_one_that_was_given_up_stays_so(self) -> None:
        """A link for a host that nobody holds any more is refused: the worker gets another host."""
        self.host.give_up()
        self.assertRaises(SagewsError, self.linked, {})

    def test_the_owner_knows_before_the_asker(self) -> None:
        """Whoever is told that a question failed finds the dead link gone from its place."""
        found: list[object] = []
        link = AmpLink(GuardedLocator(), self.clock, lambda lost: found.append("owner"))
        link.makeConnection(StringTransport())
        asked = Deferred.fromCoroutine(link.ask(wire.SessionUsage, session="a"))
        asked.addErrback(lambda failure: found.append("asker"))
        link.connectionLost(Failure(ConnectionLost()))
        self.assertEqual(found, ["owner", "asker"])
