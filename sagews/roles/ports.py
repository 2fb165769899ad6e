"""Hands the sockets that were bound at the start to the reactor, once what is behind them is ready."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.defer import gatherResults, maybeDeferred
from twisted.internet.interfaces import IListeningPort, IProtocolFactory

from sagews.roles.sockets import Sockets


class Ports:
    """The listening ports of a daemon.

    Args:
        reactor: adopts them.
        sockets: bound already.
    """

    def __init__(self, reactor: Any, sockets: Sockets) -> None:
        self._reactor = reactor
        self._sockets = sockets
        self._ports: list[IListeningPort] = []

    def serve_site(self, site: IProtocolFactory, content: IProtocolFactory | None) -> None:
        """Answer on the site's port, and on that of untrusted content."""
        self.adopt(self._sockets.site, site)
        if content is not None:
            self.adopt(self._sockets.content, content)

    def adopt_link(self, factory: IProtocolFactory) -> None:
        """Answer workers."""
        self.adopt(self._sockets.link, factory)

    def adopt_collector(self, factory: IProtocolFactory) -> None:
        """Answer senders of log records."""
        self.adopt(self._sockets.collector, factory)

    def adopt(self, listening: socket.socket | None, factory: IProtocolFactory) -> None:
        """Serve a socket with a factory; nothing happens if these roles have no such socket."""
        if listening is None:
            return
        # The reactor works on a duplicate of the descriptor.
        self._ports.append(self._reactor.adoptStreamPort(listening.fileno(), listening.family, factory))
        listening.close()

    async def close(self) -> None:
        """Accept nobody any more."""
        ports, self._ports = self._ports, []
        await gatherResults([maybeDeferred(port.stopListening) for port in ports])
        self._sockets.close()
