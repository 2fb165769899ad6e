"""The sender's side of the wire (wire/logs.py): dials when there is something to deliver, and again after a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.model.logs import LogRecord
from sagews.net.amp import AmpLink, GuardedLocator
from sagews.wire.logs import LEAST_PROTOCOL, PROTOCOL, DeliverRecords, RegisterSender, encode_batches

CONNECT_SECONDS = 15.0
HANDSHAKE_SECONDS = 10.0
DELIVER_SECONDS = 30.0


class _SenderFactory(Factory):
    noisy = False

    def __init__(self, clock: IReactorTime, lost: Callable[[AmpLink], None]) -> None:
        self._clock = clock
        self._lost = lost

    def buildProtocol(self, address: object) -> AmpLink:
        """Return the sender's end of a link; the collector has no commands for it."""
        return AmpLink(GuardedLocator(), self._clock, self._lost)


@implementer(ILogSink)
class RemoteSink:
    """Delivers batches to a collector elsewhere.

    Args:
        clock: for time limits and the heartbeat.
        endpoint: TLS with this daemon's certificate, the collector's name and role checked.
    """

    def __init__(self, clock: IReactorTime, endpoint: IStreamClientEndpoint) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._turn = DeferredLock()
        self._link: AmpLink | None = None

    async def deliver(self, records: Iterable[LogRecord]) -> None:
        """Deliver a batch, in several calls if it is large; raises when the collector did not commit all of it."""
        await self._turn.run(lambda: Deferred.fromCoroutine(self._deliver(records)))

    async def close(self) -> None:
        """Close the link."""
        if self._link is not None:
            self._link.abort()

    async def _deliver(self, records: Iterable[LogRecord]) -> None:
        # Dialled when there is something to say: a sender without records holds no connection.
        link = self._link or await self._connect()
        try:
            for batch in encode_batches(records):
                await link.ask(DeliverRecords, DELIVER_SECONDS, records=batch)
        except SagewsError as error:
            # No answer in time: what follows on the same link would be answered by what is still on its way.
            if error.code == "worker-lost":
                link.abort()
            raise

    async def _connect(self) -> AmpLink:
        connecting: Deferred[Any] = self._endpoint.connect(_SenderFactory(self._clock, self._lost))
        link: AmpLink = await connecting.addTimeout(CONNECT_SECONDS, self._clock)
        try:
            await link.ask(RegisterSender, HANDSHAKE_SECONDS, protocol=PROTOCOL, least_protocol=LEAST_PROTOCOL)
        except BaseException:
            link.abort()
            raise
        self._link = link
        return link

    def _lost(self, link: AmpLink) -> None:
        if self._link is link:
            self._link = None
