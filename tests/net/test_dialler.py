"""A connection that is kept up says in the log when the other side can't be reached, and only then."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.dialler import Dialler


class Endpoint:
    """Notes who dials; the test answers."""

    def __init__(self) -> None:
        self.dials: list[Deferred[Any]] = []

    def connect(self, factory: object) -> Deferred[Any]:
        """Dial."""
        self.dials.append(Deferred())
        return self.dials[-1]


class DiallerTests(SynchronousTestCase):
    """One that reaches nobody."""

    def test_what_is_logged(self) -> None:
        """A refusal is logged and dialled again; a dial that our own end gives up is not called unreachable."""
        clock, endpoint = Clock(), Endpoint()
        unused: Any = None
        dialler = Dialler(clock, endpoint, unused, unused, lambda: 0.0)  # type: ignore[arg-type]
        with capturedLogs() as logged:
            dialler.start()
            endpoint.dials[0].errback(Refused())
            clock.advance(1)
            self.assertEqual((len(endpoint.dials), len(logged)), (2, 1))
            self.successResultOf(Deferred.fromCoroutine(dialler.stop()))
        self.assertEqual(len(logged), 1)
        self.assertEqual(clock.getDelayedCalls(), [])
