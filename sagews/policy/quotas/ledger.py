"""Who has how much of what at this moment: taken before it is had, given back when it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import UserId
from sagews.policy.quotas.resources import Resource, allowed, exceeded

DEFAULTS: Mapping[Privilege, QuotaSection] = {
    Privilege.USER: QuotaSection(),
    Privilege.ADMINISTRATOR: AdministratorQuotaSection(),
}


class Ledger:
    """Counts what the accounts of one backend have.

    Args:
        quotas: of each type of account.
    """

    def __init__(self, quotas: Mapping[Privilege, QuotaSection] = DEFAULTS) -> None:
        self._quotas = quotas
        self._types: dict[UserId, Privilege] = {}
        self._used: dict[UserId, Counter[Resource]] = {}

    def change(self, quotas: Mapping[Privilege, QuotaSection]) -> None:
        """Allow so much from now on; who has more keeps it and gets no more."""
        self._quotas = quotas

    def know(self, user: User) -> None:
        """Take which type of account somebody has; until then it is an ordinary one."""
        self._types[user.id] = user.privilege

    def knows(self, user: UserId) -> bool:
        """Whether it is known which type of account somebody has."""
        return user in self._types

    def take(self, user: UserId, resource: Resource, amount: int = 1) -> None:
        """Count something as had.

        Raises:
            SagewsError: `limit` if that would be more than the account may have; nothing is counted then.
        """
        # Kept below, once something is had: else each account that was ever refused would stay here.
        used = self._used.get(user) or Counter()
        most = self.allowed(user, resource)
        if used[resource] + amount > most:
            raise exceeded(resource, most)
        used[resource] += amount
        self._used[user] = used

    def give_back(self, user: UserId, resource: Resource, amount: int = 1) -> None:
        """Count something as over."""
        used = self._used.get(user)
        if used is not None:
            # Never below nothing: what is given back twice by a fault must not raise what somebody may have.
            used[resource] = max(0, used[resource] - amount)
            if not any(used.values()):
                del self._used[user]

    def allowed(self, user: UserId, resource: Resource) -> int:
        """Return how much an account may have."""
        return allowed(self._quotas[self._types.get(user, Privilege.USER)], resource)

    def used(self, user: UserId) -> Mapping[Resource, int]:
        """Return what an account has."""
        return dict(self._used.get(user, {}))


class Seat:
    """One of something that passes from account to account, and is nobody's in between.

    Args:
        ledger: where it is counted.
        resource: what it is.

    Attributes:
        owner: whose it is now.
    """

    __slots__ = ("_ledger", "_resource", "owner")

    def __init__(self, ledger: Ledger, resource: Resource) -> None:
        self._ledger = ledger
        self._resource = resource
        self.owner: UserId | None = None

    def take(self, user: UserId | None) -> None:
        """Count it for somebody; raises SagewsError `limit` when they have too many."""
        if user is not None:
            self._ledger.take(user, self._resource)
            self.owner = user

    def give_back(self) -> None:
        """Count it for nobody, if it was somebody's."""
        owner, self.owner = self.owner, None
        if owner is not None:
            self._ledger.give_back(owner, self._resource)
