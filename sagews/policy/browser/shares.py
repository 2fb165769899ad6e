"""Who may have how much of the one thing that all share: the time of the process that serves everybody.

Counts of messages and bytes say little about what they cost: a ping takes 30 microseconds, a refusal half a
millisecond, an edit up to twenty. So what was spent is measured and charged to the account that it was spent for,
whatever it was spent on. Each account that does something has an equal share; who is alone has nearly everything.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

# Of one processor, for what pages say: the rest is for output, commits and the site.
MOST = 0.8
# Seconds of work that an account may have had beyond its share before it must wait: a paste, an import, a reconnect.
BURST = 1.0
# Seconds without work after which an account takes no share from the others any more.
IDLE = 1.0
# After which it is asked again how long to wait: others may have become idle.
LONGEST_WAIT = 1.0
# Seconds of work that are remembered of an account beyond its advance, whatever a single piece took.
MOST_DEBT = 10.0
# Less is no debt: it is what a difference of two times leaves behind.
SMALLEST_DEBT = 1e-6


# However many networks somebody has, they are not more than so many accounts before they sign in.
LINES_OF_STRANGERS = 16


def line_of_strangers(network: str) -> str:
    """Return in whose line somebody stands who has not said yet who they are: that of a part of all networks.

    Which networks share one can't be known outside of this process, so nobody can choose whom to stand before.
    """
    return f"strangers {hash(network) % LINES_OF_STRANGERS}"


@dataclass(slots=True)
class _Account:
    debt: float
    then: float


class Shares:
    """Measures the work of accounts against equal shares of the time.

    Args:
        most: what all together may have, in seconds of work a second.
        burst: seconds of work in advance.
    """

    def __init__(self, most: float = MOST, burst: float = BURST) -> None:
        self._most = most
        self._burst = burst
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def charge(self, who: str, seconds: float, now: float) -> float:
        """Charge work that was done, and return the seconds for which nothing more is to be done for that account.

        It waits for all that it owes, but is told LONGEST_WAIT at most: whoever asks again then hears of the rest.

        Args:
            who: the account, or the line of strangers (`line_of_strangers`).
            seconds: of work; 0 asks.
            now: seconds, on a clock that does not stand still.
        """
        account = self._accounts.get(who)
        if account is None:
            account = self._accounts[who] = _Account(0.0, now)
        self._accounts.move_to_end(who)
        rate = self._most / len(self._accounts)
        # Branches instead of calls of max and min: this runs for everything that arrives.
        debt = account.debt
        if now > account.then:
            debt -= (now - account.then) * rate
        debt = seconds if debt < 0.0 else debt + seconds
        if debt > self._burst + MOST_DEBT:
            debt = self._burst + MOST_DEBT
        account.debt = debt
        account.then = now
        self._forget_idle(now)
        owed = debt - self._burst
        return min(LONGEST_WAIT, owed / rate) if owed > SMALLEST_DEBT else 0.0

    def _forget_idle(self, now: float) -> None:
        """Forget who has done nothing for a while; what they owed is paid by then, or small."""
        while self._accounts:
            who, account = next(iter(self._accounts.items()))
            rate = self._most / len(self._accounts)
            if now - account.then < IDLE or account.debt - (now - account.then) * rate > self._burst / 2:
                return
            del self._accounts[who]
