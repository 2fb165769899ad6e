"""Which requests have a line of their own in the log: all in ordinary use, and of a flood only its beginning.

Whoever can reach a site can ask it for things without end, and be refused each time. A line for each would fill the
disk, and the collector with it. So beyond a rate the requests of one network, or of one account, are counted, and one
line a minute tells how many more there were.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from sagews.net.background import cancelled
from sagews.policy.accounts.attempts import network
from sagews.policy.browser.token_bucket import TokenBucket

# A class of some hundred that opens its pages behind one address is logged in full.
AT_ONCE = 3000
A_SECOND = 5.0
# Of all networks together: an address may be one of very many that somebody has.
ALL_AT_ONCE = 12_000
ALL_A_SECOND = 50.0
TOLD_SECONDS = 60.0
# In one minute, one by one; the others are told in sum.
MOST_TOLD = 20
# That are remembered; who was not heard for longest is forgotten, and has its lines at once again.
MOST_KNOWN = 10_000


class AccessLines:
    """Counts lines by who asks.

    Args:
        reactor: tells the time and calls back (IReactorTime).
    """

    _log = Logger()

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._all = TokenBucket(ALL_A_SECOND, ALL_AT_ONCE, reactor.seconds())
        # Who asked last comes last.
        self._askers: OrderedDict[str, TokenBucket] = OrderedDict()
        # How many requests had no line, until that is told; of too many askers in sum, under no name.
        self._more: Counter[str] = Counter()
        self._timer: IDelayedCall | None = None

    def may(self, address: str, user: str = "") -> bool:
        """Return whether a request has a line of its own; otherwise it is counted.

        Args:
            address: of the client; those of one network count as one.
            user: the account that asked, if that is known; then it counts and not its network.
        """
        who, now = f"account {user}" if user else network(address), self._reactor.seconds()
        lines = self._askers.get(who)
        if lines is None:
            lines = self._askers[who] = TokenBucket(A_SECOND, AT_ONCE, now)
            if len(self._askers) > MOST_KNOWN:
                self._askers.popitem(last=False)
        else:
            self._askers.move_to_end(who)
        if lines.take(1, now) and self._all.take(1, now):
            return True
        self._more[who if who in self._more or len(self._more) < MOST_KNOWN else ""] += 1
        if self._timer is None:
            self._timer = self._reactor.callLater(TOLD_SECONDS, self.tell)
        return False

    def tell(self) -> None:
        """Tell how many requests had no line; called by itself, and when the site stops."""
        self._timer = cancelled(self._timer)
        more, self._more = self._more, Counter()
        told = [who for who, _ in more.most_common(MOST_TOLD + 1) if who][:MOST_TOLD]
        for who in told:
            self._log.info("… and {count} more requests from {who}", count=more.pop(who), who=who)
        if more:
            self._log.info("… and {count} more requests from others", count=more.total())
