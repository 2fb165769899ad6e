"""However many requests come at once, each network is answered a few milliseconds at a time."""

from __future__ import annotations

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.request_turns import RequestTurns
from tests.frontend.memory import World

COST = 0.001
REQUEST = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"


class PipelineTests(SynchronousTestCase):
    """Requests that come before the last one is answered; the answer of each costs a millisecond."""

    def setUp(self) -> None:
        """Build a site on a clock."""
        self.world = World()
        self.computed = 0.0
        self.world.site.turns = RequestTurns(self.world.clock, self.spent)

    def spent(self) -> float:
        """Return what was computed; to ask costs half of what an answer does, and is asked before and after each."""
        self.computed += COST / 2
        return self.computed

    def answered(self, transport: object) -> int:
        """Return how many answers have left."""
        return transport.value().count(b"HTTP/1.1 404 ")  # type: ignore[attr-defined]

    def test_they_are_answered_by_and_by(self) -> None:
        """A hundred in one packet get a few answers at once, and all of them in the end."""
        channel, transport = self.world.connect()
        channel.dataReceived(100 * REQUEST)
        self.assertIn(self.answered(transport), range(1, 15))
        self.world.clock.pump([0.01] * 2000)
        self.assertEqual(self.answered(transport), 100)

    def test_another_network(self) -> None:
        """Whoever comes from elsewhere is answered at once, however many requests of others wait."""
        flood, _ = self.world.connect()
        flood.dataReceived(100 * REQUEST)
        done: list[str] = []
        for number in range(64):
            self.world.site.turns.take(f"10.{number}.0.1", lambda: done.append("answered"))
        # A few share the line of the flood.
        self.assertGreater(len(done), 32)

    def test_one_that_has_gone(self) -> None:
        """A request whose connection is lost while it waits for its turn is not looked at."""
        channel, transport = self.world.connect()
        channel.dataReceived(100 * REQUEST)
        answered = self.answered(transport)
        channel.connectionLost(Failure(ConnectionDone()))
        self.world.clock.pump([0.01] * 100)
        self.assertEqual(self.answered(transport), answered)
