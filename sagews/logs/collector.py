"""The collector's side of the wire (wire/logs.py): known certificates from allowed addresses, one batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.model.logs import LogRecord
from sagews.net.amp import AmpLink, GuardedLocator
from sagews.wire.logs import LEAST_PROTOCOL, PROTOCOL, DeliverRecords, RegisterSender, decode_batch

# A batch may be a megabyte, and a sender waits for its answer anyway: more than these are a fault or an attack.
MOST_WAITING = 4
HANDSHAKE_SECONDS = 10.0
WORKER = "worker"
RELAYING = "backend"

log = Logger()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a certificate says that a peer is."""

    role: str
    name: str

    def sign(self, record: LogRecord) -> LogRecord:
        """Return a record as this sender's. A backend may pass on the records of workers, and of nothing else."""
        # A worker has no way here but through its backend, which has put the worker's certificate in place of what it
        # claimed.
        if self.role == RELAYING and record.component == WORKER:
            return record
        return replace(record, machine=self.name, component=self.role)


class CollectorCommands(GuardedLocator):
    """The responders for one sender.

    Args:
        intake: takes batches.
        identify: returns role and name from the peer's certificate; raises SagewsError `forbidden`.
    """

    def __init__(self, intake: ILogSink, identify: Callable[[], tuple[str, str]]) -> None:
        super().__init__()
        self._intake = intake
        self._identify = identify
        self._turn = DeferredLock()
        self.sender: Sender | None = None

    @RegisterSender.responder
    def hello(self, protocol: int, least_protocol: int) -> dict[str, Any]:
        """Agree with a sender on a protocol."""
        if protocol < LEAST_PROTOCOL or least_protocol > PROTOCOL:
            raise SagewsError("version-mismatch")
        # Asked here and not when the connection was made: only now is the handshake of TLS behind us.
        self.sender = Sender(*self._identify())
        return {"protocol": min(protocol, PROTOCOL)}

    @DeliverRecords.responder
    async def deliver(self, records: bytes) -> dict[str, Any]:
        """Commit a batch."""
        if self.sender is None:
            raise SagewsError("handshake-expected")
        if len(self._turn.waiting) >= MOST_WAITING:
            raise SagewsError("too-often", seconds=1)
        found, left_out = decode_batch(records)
        if left_out:
            log.warn("{count} records of {sender} were out of form", count=left_out, sender=self.sender.name)
        signed = [self.sender.sign(record) for record in found]
        # In turn, so that the records of one sender stand in its order.
        await self._turn.run(lambda: Deferred.fromCoroutine(self._intake.deliver(signed)))
        return {"stored": len(signed), "left_out": left_out}


class CollectorFactory(Factory):
    """Accepts senders of log records.

    Args:
        clock: for the heartbeat and the handshake's deadline.
        intake: where batches go.
        identify: returns role and name from the certificate of a transport's peer; raises SagewsError without one.
        allowed: networks that may connect.
    """

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        intake: ILogSink,
        identify: Callable[[Any], tuple[str, str]],
        allowed: Sequence[IPv4Network | IPv6Network],
    ) -> None:
        self._clock = clock
        self._intake = intake
        self._identify = identify
        self._allowed = tuple(allowed)
        self._links: dict[AmpLink, IDelayedCall] = {}

    def buildProtocol(self, address: IAddress | None) -> AmpLink | None:
        """Return a link for an allowed address; anything else is closed at once."""
        if not self._is_allowed(address):
            log.warn("a sender of log records from {address} was refused", address=str(address))
            return None
        commands = CollectorCommands(self._intake, lambda: self._identify(link.transport))
        link = AmpLink(commands, self._clock, self._lost)
        self._links[link] = self._clock.callLater(HANDSHAKE_SECONDS, _require_handshake, link, commands)
        return link

    def close(self) -> None:
        """Close every link."""
        for link in list(self._links):
            link.abort()

    def _is_allowed(self, address: IAddress | None) -> bool:
        host = getattr(address, "host", None)
        try:
            # A link-local address carries the name of an interface behind a percent sign.
            found = ip_address(str(host).split("%", 1)[0])
        except ValueError:
            return False
        return any(found.version == network.version and found in network for network in self._allowed)

    def _lost(self, link: AmpLink) -> None:
        deadline = self._links.pop(link)
        if deadline.active():
            deadline.cancel()


def _require_handshake(link: AmpLink, commands: CollectorCommands) -> None:
    if commands.sender is None:
        log.warn("a sender of log records said nothing")
        link.abort()
