"""One wheel pings all websockets, and ends those that do not answer."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.pinger import SLOTS, Pinger


class Websocket:
    """Answers its pings or not."""

    def __init__(self, *, answers: bool = True) -> None:
        self.heard = True
        self.pings = 0
        self.dropped = False
        self._answers = answers

    def ping(self) -> None:
        """Note it."""
        self.pings += 1
        self.heard = self._answers

    def drop(self) -> None:
        """Note it."""
        self.dropped = True


class PingerTests(SynchronousTestCase):
    """The wheel."""

    def turned(self, pinger: Pinger, turns: int) -> None:
        """Let the wheel turn."""
        for _ in range(turns):
            pinger.turn()

    def test_each_is_pinged_once_an_interval(self) -> None:
        """However many there are, each gets one ping in a round, and each turn pings about as many."""
        pinger = Pinger(25.0, 20.0)
        websockets = [Websocket() for _ in range(60)]
        for websocket in websockets:
            pinger.add(websocket)
        pinger.turn()
        self.assertIn(sum(websocket.pings for websocket in websockets), (2, 3))
        self.turned(pinger, SLOTS - 1)
        self.assertEqual({websocket.pings for websocket in websockets}, {1})
        self.turned(pinger, SLOTS)
        self.assertEqual({(websocket.pings, websocket.dropped) for websocket in websockets}, {(2, False)})

    def test_silence_ends_it(self) -> None:
        """Who does not answer within the patience is dropped, not earlier; who was never pinged is not."""
        pinger, websocket = Pinger(25.0, 20.0), Websocket(answers=False)
        pinger.add(websocket)
        while not websocket.pings:
            self.assertFalse(websocket.dropped)
            pinger.turn()
        self.turned(pinger, 19)
        self.assertFalse(websocket.dropped)
        pinger.turn()
        self.assertTrue(websocket.dropped)

    def test_who_has_gone_is_forgotten(self) -> None:
        """A websocket that was removed is neither pinged nor dropped."""
        pinger, websocket = Pinger(25.0, 20.0), Websocket(answers=False)
        pinger.remove(websocket, pinger.add(websocket))
        self.turned(pinger, 2 * SLOTS)
        self.assertEqual((websocket.pings, websocket.dropped), (0, False))
