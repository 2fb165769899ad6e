"""Passwords are hashed in threads, a few at a time, so that sign-ins neither block the reactor nor eat the memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred, DeferredLock, DeferredSemaphore

from sagews.errors import SagewsError
from sagews.policy.accounts.passwords import Passwords

T = TypeVar("T")

# Each hash takes 64 MiB and a core for tens of milliseconds.
AT_ONCE = 2
# Beyond them a person would wait longer than they do; better told at once.
WAITING = 50
# Of one lane, in which one is hashed at a time: a flood of attempts leaves the other half to everybody else.
WAITING_IN_LANE = 10


class Hasher:
    """Runs `Passwords` beside the reactor.

    Args:
        passwords: does the work.
        run: runs a function in a thread, for instance that of `ThreadsBehind`; in tests `maybeDeferred`.
    """

    def __init__(self, passwords: Passwords, run: Callable[[Callable[[], object]], Deferred[object]]) -> None:
        self._passwords = passwords
        self._run = run
        self._turns = DeferredSemaphore(AT_ONCE)
        self._lanes: dict[str, DeferredLock] = {}

    async def hash(self, password: str) -> str:
        """Return the hash of a password; raises SagewsError `too-often` when too many wait."""
        return str(await self._queue(lambda: self._passwords.hash(password)))

    async def verify(self, password: str, stored: str | None, lane: str = "") -> bool:
        """Whether a password is right; as slow without a stored hash.

        Args:
            password: as it was typed.
            stored: the hash; None where there is none.
            lane: attempts of the same one, if any, are looked at one after the other.

        Raises:
            SagewsError: `too-often` when too many wait.
        """
        turn = self._lanes.setdefault(lane, DeferredLock()) if lane else DeferredLock()
        if len(turn.waiting) >= WAITING_IN_LANE:
            raise SagewsError("too-often", seconds=5)
        await turn.acquire()
        try:
            return bool(await self._queue(lambda: self._passwords.verify(password, stored)))
        finally:
            turn.release()
            if not turn.locked:
                self._lanes.pop(lane, None)

    def outdated(self, stored: str) -> bool:
        """Whether a hash should be made again."""
        return self._passwords.outdated(stored)

    def _queue(self, work: Callable[[], object]) -> Deferred[object]:
        if len(self._turns.waiting) >= WAITING:
            raise SagewsError("too-often", seconds=10)
        return self._turns.run(self._run, work)
