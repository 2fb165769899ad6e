"""What accounts have and may have."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.errors import SagewsError
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import UserId
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import HOW_TO_FREE, NOUNS, Resource, allowed

ADA, MALLORY = UserId("ada"), UserId("mallory")


class LedgerTests(SynchronousTestCase):
    """Taking and giving back."""

    def setUp(self) -> None:
        """Make a ledger in which an ordinary account has two sessions."""
        quotas = {Privilege.USER: QuotaSection(sessions=2), Privilege.ADMINISTRATOR: AdministratorQuotaSection()}
        self.ledger = Ledger(quotas)

    def test_one_account_leaves_the_others_theirs(self) -> None:
        """Who has all that they may have is told how to free some, and nobody else notices."""
        for _ in range(2):
            self.ledger.take(MALLORY, Resource.SESSIONS)
        error = self.assertRaises(SagewsError, self.ledger.take, MALLORY, Resource.SESSIONS)
        self.assertEqual(error.code, "limit")
        self.assertIn("2 sessions at once. End the session", str(error))
        self.ledger.take(ADA, Resource.SESSIONS)
        self.ledger.give_back(MALLORY, Resource.SESSIONS)
        self.ledger.take(MALLORY, Resource.SESSIONS)

    def test_types_of_accounts(self) -> None:
        """An administrator may have what the settings say for administrators."""
        person = User(ADA, "ada@example.org", "Ada", Privilege.ADMINISTRATOR, True, datetime.now(UTC))
        self.assertEqual(self.ledger.allowed(ADA, Resource.SESSIONS), 2)
        self.ledger.know(person)
        self.assertEqual(self.ledger.allowed(ADA, Resource.SESSIONS), 50)

    def test_every_resource_is_told(self) -> None:
        """Each has a setting, a noun and a way to free it."""
        for resource in Resource:
            self.assertGreater(allowed(QuotaSection(), resource), 0)
            self.assertTrue(NOUNS[resource] and HOW_TO_FREE[resource])

    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=30))
    def test_never_more_than_allowed(self, steps: list[tuple[bool, int]]) -> None:
        """Whatever is taken and given back, what is had stays within its bounds, and a refusal takes nothing."""
        ledger, had = Ledger({Privilege.USER: QuotaSection(runs=5)}), 0
        for take, amount in steps:
            if not take:
                ledger.give_back(ADA, Resource.RUNS, amount)
                had = max(0, had - amount)
            elif had + amount > 5:
                self.assertRaises(SagewsError, ledger.take, ADA, Resource.RUNS, amount)
            else:
                ledger.take(ADA, Resource.RUNS, amount)
                had += amount
            self.assertEqual(ledger.used(ADA).get(Resource.RUNS, 0), had)
