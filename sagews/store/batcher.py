"""One statement for many who ask the same thing in one moment: when a class opens its pages, each person asks the same.

Whoever comes while nothing is under way is answered as fast as by a statement of their own; whoever comes meanwhile
shares the next one. So the number of statements follows the database, and not the number of people.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from sagews.errors import SagewsError

K = TypeVar("K", bound=Hashable)
A = TypeVar("A")
V = TypeVar("V")

MOST = 100

_Waiting = tuple[K, A, "Deferred[V | None]"]


class Batcher(Generic[K, A, V]):
    """Gathers questions of one kind.

    Args:
        ask: puts several questions, no two with the same key, and returns the answers by key; what is missing is None.
        most: questions in one statement.
    """

    def __init__(self, ask: Callable[[Sequence[A]], Awaitable[Mapping[K, V]]], most: int = MOST) -> None:
        self._ask = ask
        self._most = most
        self._waiting: deque[_Waiting[K, A, V]] = deque()
        self._asking = False

    async def get(self, key: K, question: A) -> V | None:
        """Return the answer to a question.

        Nobody shares an answer: what may be had only once, such as a ticket, is had by one of two who ask for it.

        Args:
            key: by which its answer is known.
            question: what is asked.

        Raises:
            SagewsError: what asking raises.
        """
        answer: Deferred[V | None] = Deferred()
        self._waiting.append((key, question, answer))
        if not self._asking:
            self._asking = True
            Deferred.fromCoroutine(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                await self._answer(self._next())
        finally:
            self._asking = False

    def _next(self) -> list[_Waiting[K, A, V]]:
        """Take the oldest questions, each key once; the others keep their order."""
        chosen: dict[K, _Waiting[K, A, V]] = {}
        left: deque[_Waiting[K, A, V]] = deque()
        while self._waiting and len(chosen) < self._most:
            each = self._waiting.popleft()
            if each[0] in chosen:
                left.append(each)
            else:
                chosen[each[0]] = each
        self._waiting.extendleft(reversed(left))
        return list(chosen.values())

    async def _answer(self, batch: Sequence[_Waiting[K, A, V]]) -> None:
        try:
            found = await self._ask([question for _, question, _ in batch])
        except Exception as error:
            # Nothing of a statement that failed was done. One question that can't be answered is no fault of the
            # others', unless it is the database that does not answer.
            if len(batch) == 1 or isinstance(error, SagewsError):
                for *_, answer in batch:
                    answer.errback(Failure(error))
            else:
                for each in batch:
                    await self._answer([each])
            return
        for key, _, answer in batch:
            answer.callback(found.get(key))
