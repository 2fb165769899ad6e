"""Twisted's HTTP server with bounds: on the size of a body, on the time a request may take to arrive, on its version.

HTTP/2 is left off: a page needs few requests, its websocket needs HTTP/1.1 anyway, and what is not there can't be
attacked.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger, LogPublisher
from twisted.python.failure import Failure
from twisted.web import http, server
from twisted.web.resource import IResource

from sagews.frontend.http.access_lines import AccessLines
from sagews.frontend.http.connection_bounds import MOST, MOST_OF_ONE, ConnectionBounds
from sagews.frontend.http.request_turns import RequestTurns
from sagews.net.descriptors import share_of_descriptors
from sagews.policy.accounts.attempts import network
from sagews.policy.http.requests import MAX_BODY

log = Logger()

# Between two clicks of a person a connection is used again; each idle one holds a descriptor.
IDLE_SECONDS = 75
# Of a whole request, from its first byte: a byte now and then would otherwise hold a connection for ever.
ARRIVAL_SECONDS = 30
# Up to here it is cheaper to read on and to answer properly: a cut connection looks like a broken server.
CUT_BODY = 1024 * 1024
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class BoundedRequest(server.Request):
    """A request that never keeps more than one byte above the limit of a body.

    A body that is too large is read and thrown away up to 1 MiB, so that the gate can answer it properly; beyond that
    the connection is cut.
    """

    channel: BoundedChannel
    received = 0

    def gotLength(self, length: int | None) -> None:
        """Prepare for the body."""
        self.content = BytesIO()
        # Twisted would write a large body into a file.
        if length is not None and length > CUT_BODY:
            self.channel.refuse()

    def handleContentChunk(self, data: bytes) -> None:
        """Take a part of the body."""
        kept = max(0, MAX_BODY + 1 - self.received)
        self.received += len(data)
        if kept and self.content is not None:
            self.content.write(data[:kept])
        if self.received > CUT_BODY:
            self.channel.refuse()

    def process(self) -> None:
        """Hand the request to the gate, whatever its path: no traversal, no answer to `OPTIONS *`, no Server header."""
        channel: Any = self.channel
        self.site = channel.site
        # The gate looks paths up itself; Twisted's own walk through resources would decode and split them its way.
        self.prepath, self.postpath = [], []
        self.setHeader("Date", http.datetimeToString())
        try:
            self.render(channel.site.resource)
        except Exception:
            self.processingFailed(Failure())


class BoundedChannel(http.HTTPChannel):
    """A connection whose every request has to arrive within 30 s, however slowly it trickles."""

    # Heard by nobody: Twisted would have a line for each idle connection that it closes, and strangers have thousands.
    _log = Logger(observer=LogPublisher())
    _arrival: IDelayedCall | None = None
    _refused = False
    site: BoundedSite

    def connectionMade(self) -> None:
        """Count it."""
        super().connectionMade()
        peer = self.transport.getPeer() if self.transport is not None else None
        self.site.bounds.add(self, network(str(getattr(peer, "host", ""))))

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered on it (connection_bounds.BoundedConnection)."""
        return not self._handlingRequest

    def drop(self) -> None:
        """Close it at once (connection_bounds.BoundedConnection)."""
        if self.transport is not None:
            transport: Any = self.transport
            transport.abortConnection()

    def became_websocket(self) -> None:
        """Leave it to whoever took it over: it is no request any more."""
        self.site.bounds.gone(self)

    def dataReceived(self, data: bytes) -> None:
        """Take bytes; the first of a request start its deadline."""
        if self._refused:
            return
        self.site.bounds.heard(self)
        if self._arrival is None and not self._handlingRequest:
            self._arrival = self.callLater(ARRIVAL_SECONDS, self._late)
        super().dataReceived(data)

    def allContentReceived(self) -> None:
        """The request is here: its deadline is met."""
        self._met()
        super().allContentReceived()

    def connectionLost(self, reason: Any = None) -> None:
        """The connection is gone."""
        self._met()
        self.site.bounds.gone(self)
        super().connectionLost(reason)

    def refuse(self) -> None:
        """Answer a body that is far too large, and cut the connection."""
        if not self._refused and self.transport is not None:
            self._refused = True
            if self._may_log():
                log.info("A body was larger than {limit} bytes: connection cut", limit=CUT_BODY)
            self.transport.write(_TOO_LARGE)
            self.loseConnection()

    def _may_log(self) -> bool:
        return self.site.lines.may(str(getattr(self.getPeer(), "host", "")))

    def _met(self) -> None:
        if self._arrival is not None and self._arrival.active():
            self._arrival.cancel()
        self._arrival = None

    def _late(self) -> None:
        self._arrival = None
        if self.transport is not None:
            transport: Any = self.transport
            if self._may_log():
                log.info("A request did not arrive within {seconds} s: connection cut", seconds=ARRIVAL_SECONDS)
            transport.abortConnection()


class BoundedSite(server.Site):
    """A site made of the above; its access lines are written by the gate, so it keeps no log file."""

    requestFactory = BoundedRequest
    protocol = BoundedChannel  # type: ignore[assignment]

    def __init__(self, resource: IResource, reactor: Any) -> None:
        super().__init__(resource, timeout=IDLE_SECONDS, reactor=reactor, parsePOSTFormSubmission=False)
        # A traceback shows paths of the host and values of variables.
        self.displayTracebacks = False
        # A fifth of all descriptors, half of that from one network: there is a site for untrusted content as well.
        self.turns = RequestTurns(reactor)
        self.lines = AccessLines(reactor)
        self.bounds = ConnectionBounds(share_of_descriptors(5, MOST), share_of_descriptors(10, MOST_OF_ONE))

    def acceptableProtocols(self) -> list[bytes]:
        """Return what TLS may negotiate."""
        # Twisted's HTTP/2 has its own reading of bodies, without the bounds above.
        return [b"http/1.1"]

    def startFactory(self) -> None:
        """Open no log file and keep no ticking clock."""

    def stopFactory(self) -> None:
        """Tell what was only counted so far."""
        self.lines.tell()

    def log(self, request: Any) -> None:
        """Write nothing; see the gate."""
