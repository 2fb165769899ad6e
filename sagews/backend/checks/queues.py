"""Questions of many accounts for few processes: whoever asks much waits behind their own questions alone."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from sagews.errors import SagewsError
from sagews.model.identifiers import UserId

# Of one account. A worksheet has one large edit on its way at a time, and a save asks for one text after the other; but
# a class that opens the worksheets of a workspace may belong to one account.
MOST_WAITING = 200
# What the waiting questions of one account may hold in memory.
MOST_BYTES = 64 * 1024 * 1024
T = TypeVar("T")


class AccountQueues(Generic[T]):
    """A queue for each account, served round robin, one question of each account at a time."""

    def __init__(self) -> None:
        # In the order in which accounts have their turns.
        self._waiting: OrderedDict[UserId, deque[tuple[T, int]]] = OrderedDict()
        self._bytes: dict[UserId, int] = {}
        self._served: set[UserId] = set()

    def put(self, account: UserId, question: T, size: int) -> None:
        """Take a question that holds so many bytes.

        Raises:
            SagewsError: `limit` when too much of this account waits.
        """
        waiting = self._waiting.get(account)
        held = self._bytes.get(account, 0)
        if waiting is not None and (len(waiting) >= MOST_WAITING or held + size > MOST_BYTES):
            advice = "Wait until they are done, then try again."
            raise SagewsError("limit", limit=f"{len(waiting)} large changes of yours are waiting", advice=advice)
        if waiting is None:
            waiting = self._waiting[account] = deque()
        waiting.append((question, size))
        self._bytes[account] = held + size

    def next(self) -> tuple[UserId, T] | None:
        """Return whose turn it is and what was asked, or None; `over` ends the turn."""
        account = next((account for account in self._waiting if account not in self._served), None)
        if account is None:
            return None
        waiting = self._waiting[account]
        question, size = waiting.popleft()
        self._served.add(account)
        self._waiting.move_to_end(account)
        self._bytes[account] -= size
        if not waiting:
            del self._waiting[account], self._bytes[account]
        return account, question

    def over(self, account: UserId) -> None:
        """Let the account have another turn."""
        self._served.discard(account)

    def clear(self) -> Iterator[T]:
        """Forget everything that waits, and return it."""
        waiting, self._waiting, self._bytes = self._waiting, OrderedDict(), {}
        return (question for queue in waiting.values() for question, _ in queue)
