"""The secrets by which pages come back, as a store of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.principal import Identity
from sagews.backend.connections.resume_tokens import ResumeSecrets
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import LoginId, UserId, new_id

ADA = User(UserId(new_id()), "ada@example.org", "Ada", Privilege.USER, True, datetime(2026, 1, 1, tzinfo=UTC))


class CountingClock(Clock):
    """Counts how often it is asked."""

    asked = 0

    def seconds(self) -> float:
        """Count, and tell the time."""
        self.asked += 1
        return super().seconds()


class ResumeSecretsTests(SynchronousTestCase):
    """How long a secret is good, and what keeping many costs."""

    def setUp(self) -> None:
        """Make a store whose secrets are good for ten seconds after a loss."""
        self.clock = CountingClock()
        self.secrets = ResumeSecrets(self.clock, 10.0)
        self.identity = Identity(LoginId(new_id()), ADA, None)

    def test_good_for_a_while_after_a_loss(self) -> None:
        """A secret is good while its connection lives and for its time after that was lost, once."""
        first, second = (self.secrets.issue(self.identity, connection) for connection in ("one", "two"))
        self.clock.advance(1000)
        self.secrets.lost("one")
        self.clock.advance(9)
        self.assertEqual(self.secrets.spend(first), (self.identity, "one"))
        self.assertIsNone(self.secrets.spend(first))
        self.secrets.lost("two")
        self.clock.advance(11)
        self.assertIsNone(self.secrets.spend(second))

    def test_those_lost_first_go_first(self) -> None:
        """What has expired is forgotten, whatever order secrets were issued in."""
        for connection in ("one", "two", "three"):
            self.secrets.issue(self.identity, connection)
        self.secrets.lost("three")
        self.clock.advance(6)
        self.secrets.lost("one")
        self.clock.advance(6)
        self.secrets.expire()
        self.assertEqual(len(self.secrets), 2)
        self.clock.advance(6)
        self.secrets.expire()
        self.assertEqual(len(self.secrets), 1)

    def test_a_loss_does_not_look_at_all_others(self) -> None:
        """A thousand connections that are lost at once cost a few looks at the clock each, not a thousand."""
        for number in range(1000):
            self.secrets.issue(self.identity, str(number))
        before = self.clock.asked
        for number in range(1000):
            self.secrets.lost(str(number))
        self.assertLess(self.clock.asked - before, 3000)
