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
        self._sites: list[Any] = []

    def serve_site(self, site: IProtocolFactory, content: IProtocolFactory | None) -> None:
        """Answer on the site's port, and on that of untrusted content; called again, answer with others.

        Whoever is connected stays with the factory that took them.
        """
        factories = [site] if content is None else [site, content]
        if not self._sites:
            sockets = (self._sockets.site, self._sockets.content)
            self._sites = [self.adopt(bound, each) for bound, each in zip(sockets, factories, strict=False) if bound]
            return
        for listening, factory in zip(self._sites, factories, strict=True):
            listening.factory, former = factory, listening.factory
            factory.doStart()
            former.doStop()

    def adopt_link(self, factory: IProtocolFactory) -> None:
        """Answer workers; nothing happens if these roles have no such socket, here and below."""
        if self._sockets.link is not None:
            self.adopt(self._sockets.link, factory)

    def adopt_collector(self, factory: IProtocolFactory) -> None:
        """Answer senders of log records."""
        if self._sockets.collector is not None:
            self.adopt(self._sockets.collector, factory)

    def adopt(self, listening: socket.socket, factory: IProtocolFactory) -> IListeningPort:
        """Serve a socket with a factory."""
        # The reactor works on a duplicate of the descriptor.
        port: IListeningPort = self._reactor.adoptStreamPort(listening.fileno(), listening.family, factory)
        self._ports.append(port)
        listening.close()
        return port

    async def close(self) -> None:
        """Accept nobody any more."""
        ports, self._ports = self._ports, []
        await gatherResults([maybeDeferred(port.stopListening) for port in ports])
        self._sockets.close()
