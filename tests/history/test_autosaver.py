"""Autosaves of many workspaces: a few at a time, each once."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.history.autosaver import Autosaver
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.turns import Turns
from sagews.policy.history.autosave import QUIET_SECONDS, RETRY_SECONDS, Autosave

USER = UserId("somebody")
OTHER = UserId("other")


class AutosaverTests(SynchronousTestCase):
    """Twenty workspaces that changed in one moment, and two turns."""

    def setUp(self) -> None:
        """Make their timers."""
        self.clock = Clock()
        self.turns = Turns(2, 100)
        self.begun: list[int] = []
        self.saves: list[Deferred[None]] = []
        self.savers = [self.saver(number) for number in range(20)]

    def tearDown(self) -> None:
        """Let none be in the midst of a save."""
        while waiting := [save for save in self.saves if not save.called]:
            waiting[0].callback(None)

    def saver(self, number: int, owner: UserId = USER) -> Autosaver:
        """Return a timer whose saves last until they are fired."""
        saver = Autosaver(self.clock, WorkspaceId(str(number)), owner, Autosave(), self.turns)

        async def save() -> None:
            saver.begin()
            self.begun.append(number)
            self.saves.append(Deferred())
            try:
                await self.saves[-1]
            finally:
                saver.end(saved=True)

        saver.start(save)
        return saver

    def fall_due(self) -> None:
        """Let all of them change, and time go by."""
        for saver in self.savers:
            saver.changed(USER)
        self.clock.advance(QUIET_SECONDS)

    def test_a_few_at_a_time(self) -> None:
        """However many fall due in one moment, a few are saved at a time, in order, and in the end all are."""
        self.fall_due()
        self.assertEqual(self.begun, [0, 1])
        for number in range(20):
            self.saves[number].callback(None)
        self.assertEqual(self.begun, list(range(20)))
        self.assertFalse(any(saver.pending for saver in self.savers))

    def test_another_owner(self) -> None:
        """However many workspaces of one owner fall due in one moment, that of another is saved with the next turn."""
        self.savers.append(self.saver(20, OTHER))
        self.fall_due()
        self.saves[0].callback(None)
        self.saves[1].callback(None)
        self.assertIn(20, self.begun[:4])

    def test_a_change_while_it_waits(self) -> None:
        """What changes while its workspace waits for a turn is saved with the rest, in one save."""
        self.fall_due()
        self.savers[19].changed(USER)
        self.clock.advance(QUIET_SECONDS)
        for number in range(20):
            self.saves[number].callback(None)
        self.clock.advance(10 * QUIET_SECONDS)
        self.assertEqual(self.begun.count(19), 1)

    def test_a_change_while_it_is_saved(self) -> None:
        """What changes during a save is saved after it, when it is due."""
        self.fall_due()
        self.savers[0].changed(USER)
        self.saves[0].callback(None)
        self.assertEqual(self.begun.count(0), 1)
        for number in range(1, 20):
            self.saves[number].callback(None)
        self.clock.advance(QUIET_SECONDS)
        self.assertEqual(self.begun.count(0), 2)

    def test_one_that_stopped(self) -> None:
        """A workspace that was put away while it waited is not saved."""
        self.fall_due()
        self.savers[2].stop()
        self.saves[0].callback(None)
        self.assertEqual(self.begun, [0, 1, 3])

    def test_no_room_to_wait(self) -> None:
        """One that may not even wait for a turn tries again later, not at once."""
        self.turns = Turns(1, 0)
        self.savers = [self.saver(number) for number in range(2)]
        self.fall_due()
        self.assertEqual(self.begun, [0])
        self.flushLoggedErrors()
        self.saves[0].callback(None)
        self.assertEqual(self.begun, [0])
        self.clock.advance(RETRY_SECONDS)
        self.assertEqual(self.begun, [0, 1])
