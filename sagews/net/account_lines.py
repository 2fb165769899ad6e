"""Lets what an account wants to have done be done one after the other, however many sockets it comes over.

A bound for each socket is none: sixty sockets of one account, each with a message just below its bound, would hold the
reactor for as long as all of them take. So an account has its few milliseconds in a turn of the reactor once, whatever
it wants beyond that stands in its own line, and while it owes for what it had, all of its line waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

# Of one account in one turn of the reactor. A piece of work that has begun is not interrupted, so it may be one more.
MOST_SECONDS = 0.005

Go = Callable[[], None]


class AccountLines:
    """One line for each account that has more to be done than may be done at once.

    Args:
        reactor: tells the time and calls back (IReactorTime).
        charge: takes an account, seconds of work and the time, and returns for how many seconds the account has to
            wait; with no work it tells for how long it still has to.
    """

    _log = Logger()

    def __init__(self, reactor: Any, charge: Callable[[str, float, float], float]) -> None:
        self._reactor = reactor
        self._charge = charge
        self._lines: dict[str, deque[Go]] = {}
        # Seconds of work in this turn of the reactor.
        self._had: dict[str, float] = {}
        # Whose turn it is just now.
        self._serving: str | None = None

    def is_free(self, who: str) -> bool:
        """Return whether something may be done for an account now; otherwise it has to stand in line."""
        in_line = who in self._lines and who != self._serving
        return not in_line and self._had.get(who, 0.0) < MOST_SECONDS

    def charge(self, who: str, seconds: float) -> None:
        """Charge work that was done; if the account owes then, it is not free until that is paid."""
        if not self._had:
            # Before the reactor waits again, so before anything is read in its next turn.
            self._reactor.callLater(0, self._had.clear)
        self._had[who] = self._had.get(who, 0.0) + seconds
        wait = self._charge(who, seconds, self._reactor.seconds())
        if wait and who not in self._lines:
            self._begin(who, wait)

    def stand(self, who: str, go: Go) -> None:
        """Call `go` when it is its turn, behind all that the account already has in line; never at once."""
        if who not in self._lines:
            self._begin(who, 0.0)
        self._lines[who].append(go)

    def _begin(self, who: str, wait: float) -> None:
        self._lines[who] = deque()
        self._reactor.callLater(wait, self._serve, who)

    def _serve(self, who: str) -> None:
        """Let as many go as the account may have in one turn; those that stand in line again wait for theirs."""
        line, self._serving = self._lines[who], who
        wait = self._owed(who)
        for _ in range(len(line)):
            if wait or self._had.get(who, 0.0) >= MOST_SECONDS:
                break
            try:
                line.popleft()()
            except Exception:
                # Whatever one of them has the matter with: the others of the account still get their turns.
                self._log.failure("what stood in line failed")
            wait = self._owed(who)
        self._serving = None
        if line or wait:
            self._reactor.callLater(wait, self._serve, who)
        else:
            del self._lines[who]

    def _owed(self, who: str) -> float:
        return self._charge(who, 0.0, self._reactor.seconds())
