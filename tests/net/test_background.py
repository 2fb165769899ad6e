"""A pause between two tries is over after its time, or at once when the work ends."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.background import Pause


class PauseTests(SynchronousTestCase):
    """Waits of one pause."""

    def test_its_time(self) -> None:
        """Whoever waits goes on after the time; an end while nobody waits does nothing to the next wait."""
        clock = Clock()
        pause = Pause(clock)
        pause.end()
        for _ in range(2):
            waiting = Deferred.fromCoroutine(pause.wait(5))
            clock.advance(4)
            self.assertNoResult(waiting)
            clock.advance(1)
            self.assertIsNone(self.successResultOf(waiting))

    def test_its_end(self) -> None:
        """Ended, it lets whoever waits go on without an error, and leaves no timer."""
        clock = Clock()
        pause = Pause(clock)
        waiting = Deferred.fromCoroutine(pause.wait(5))
        pause.end()
        self.assertIsNone(self.successResultOf(waiting))
        self.assertEqual(clock.getDelayedCalls(), [])
