"""Connections from the proxies of the settings may begin with a header that says for whom they are made.

It stands before everything else, TLS included, so this wraps the factory that the port is served with. Whoever is no
proxy of ours is not listened to: the same bytes from a stranger go to the site, which refuses them.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from sagews.policy.http.forwarded import Proxies, is_proxy
from sagews.wire.proxy_header import MalformedHeader, ProxyHeader, parse_proxy_header

log = Logger()


class ProxiedConnection(ProtocolWrapper):
    """A connection from a proxy: its first bytes may say who the client is."""

    _client: IAddress | None = None
    _waiting: bytes | None = b""

    def dataReceived(self, data: bytes) -> None:
        """Take the header off, then pass everything on."""
        if self._waiting is None:
            super().dataReceived(data)
            return
        # Bounded: the parser decides at the latest after its longest header.
        self._waiting += data
        try:
            header = parse_proxy_header(self._waiting)
        except MalformedHeader:
            log.debug("A proxy's header was malformed: connection cut")
            self.abortConnection()
            return
        if header is not None:
            self._pass_on(header)

    def _pass_on(self, header: ProxyHeader) -> None:
        rest, self._waiting = (self._waiting or b"")[header.length :], None
        if header.client is not None:
            kind = IPv6Address if ":" in header.client else IPv4Address
            self._client = kind("TCP", header.client, 0)
        if rest:
            super().dataReceived(rest)

    def getPeer(self) -> Any:
        """Return the address of the client, as far as it is known."""
        return self._client or super().getPeer()


class ProxyFactory(WrappingFactory):
    """Wraps the factory of a port.

    Args:
        wrapped: the site, or TLS before it.
        proxies: whose headers count.
    """

    protocol = ProxiedConnection
    noisy = False

    def __init__(self, wrapped: IProtocolFactory, proxies: Proxies) -> None:
        super().__init__(wrapped)
        self._proxies = proxies

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Wrap connections of proxies; all others are the site's as they are."""
        if is_proxy(str(getattr(addr, "host", "")), self._proxies):
            return super().buildProtocol(addr)
        return self.wrappedFactory.buildProtocol(addr)
