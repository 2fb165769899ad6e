"""Lets requests of one network be answered a few milliseconds at a time, however many it sends at once.

A browser may send the next requests before the last one is answered, and Twisted answers all that it has read of a
connection in one piece: two thousand refusals in one packet would hold the reactor for most of a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sagews.net.account_lines import AccountLines
from sagews.policy.accounts.attempts import network
from sagews.policy.browser.shares import Shares, line_of_strangers


class RequestTurns:
    """The lines of all networks.

    Args:
        reactor: tells the time and calls back.
        spent: returns the seconds that this thread has computed.
    """

    def __init__(self, reactor: Any, spent: Callable[[], float] = time.thread_time) -> None:
        self._lines = AccountLines(reactor, Shares().charge)
        self._spent = spent
        self._charged = 0.0

    def take(self, address: str, work: Callable[[], None]) -> None:
        """Do what a request asks for now, or when it is the turn of the network that it comes from.

        Args:
            address: of the client.
            work: answers, or begins to.
        """
        who = line_of_strangers(network(address))
        if self._lines.is_free(who):
            self._do(who, work)
        else:
            self._lines.stand(who, partial(self._do, who, work))

    def _do(self, who: str, work: Callable[[], None]) -> None:
        began, charged = self._spent(), self._charged
        try:
            work()
        finally:
            # Who answers at once reads the connection's next request, which is answered inside, and charged there.
            cost = self._spent() - began - (self._charged - charged)
            self._charged += cost
            self._lines.charge(who, cost)
