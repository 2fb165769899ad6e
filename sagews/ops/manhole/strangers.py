"""What somebody may cost the daemon who has not shown a key yet: little work, a place among few, and not for long."""

from __future__ import annotations

from typing import Any

from twisted.conch.ssh.factory import SSHFactory
from twisted.conch.ssh.transport import SSHServerTransport
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

# As many as come before anybody has shown a key, and the seconds in which to do so.
MOST_STRANGERS = 16
GRACE_SECONDS = 30.0
# Over a group of numbers instead of a curve an exchange computes for 40 ms, in the reactor, for whoever asks.
CURVES = (b"curve25519-", b"ecdh-", b"mlkem")


class StrangersTransport(SSHServerTransport):
    """A connection, until somebody has shown a key and ever after."""

    factory: LimitedFactory
    _grace: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Take a place, and leave it when the time is over."""
        self.factory.strangers += 1
        self._grace = self.factory.reactor.callLater(GRACE_SECONDS, self._cut)
        super().connectionMade()

    def setService(self, service: Any) -> None:
        """Give the place back once there is a key: before that, only who shows one is served."""
        super().setService(service)
        if service.name == b"ssh-connection":
            self._known()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """Give the place back."""
        self._known()
        super().connectionLost(reason)

    def _known(self) -> None:
        grace, self._grace = self._grace, None
        if grace is not None:
            self.factory.strangers -= 1
            if grace.active():
                grace.cancel()

    def _cut(self) -> None:
        transport: Any = self.transport
        transport.abortConnection()


class LimitedFactory(SSHFactory):
    """Lets few strangers in at a time.

    Args:
        reactor: tells the time.

    Attributes:
        strangers: how many there are.
    """

    protocol = StrangersTransport

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        self.strangers = 0

    def buildProtocol(self, addr: Any) -> Any:
        """Return a connection, or None, which closes it, where there are too many."""
        if self.strangers >= MOST_STRANGERS:
            return None
        made: SSHServerTransport = super().buildProtocol(addr)
        made.supportedKeyExchanges = [each for each in made.supportedKeyExchanges if each.startswith(CURVES)]
        return made
