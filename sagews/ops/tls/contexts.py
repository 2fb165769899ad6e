"""TLS between daemons and for the site: who is let in, which versions, and no delay on small answers.

Between daemons both sides show a certificate of the private authority, and each checks the other's role in it, not only
that the authority signed it. A role is checked during the handshake, so a wrong one never reaches a protocol.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
)
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.ops.tls.authority import Files, canonical, names_of, role_of

log = Logger()

_SITE_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"
_NO_TICKETS = SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION


class _Context:
    """A TLS context for one side of a link between daemons.

    Args:
        files: this daemon's key and certificate, and the authority's certificate.
        roles: of the peer, any of these.
        host: the name or address that was dialled, which must stand in the peer's certificate; None for a server.
    """

    def __init__(self, files: Files, roles: Collection[str], host: str | None) -> None:
        self._roles = tuple(roles)
        self._host = None if host is None else canonical(host)
        context = SSL.Context(SSL.TLS_METHOD)
        # Both ends are ours, so there is nothing older to speak to.
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        # A resumed session would skip the check of the peer's certificate.
        context.set_options(_NO_TICKETS)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.use_privatekey_file(str(files.key))
        context.use_certificate_file(str(files.certificate))
        context.check_privatekey()
        context.load_verify_locations(str(files.authority))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._verify)
        self.context = context

    def _verify(self, connection: SSL.Connection, peer: crypto.X509, error: int, depth: int, good: int) -> bool:
        if not good:
            return False
        return depth > 0 or self._fits(peer.to_cryptography())

    def _fits(self, peer: x509.Certificate) -> bool:
        found = role_of(peer)
        if found is None or found[0] not in self._roles:
            log.warn("a peer with the role {role} was refused; expected {roles}", role=found, roles=self._roles)
            return False
        return self._host is None or self._host in names_of(peer)


@implementer(IOpenSSLServerConnectionCreator)
class DaemonServer(_Context):
    """Accepts peers whose certificate has one of these roles."""

    def __init__(self, files: Files, roles: Collection[str]) -> None:
        super().__init__(files, roles, None)

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the server's side of a new connection."""
        return SSL.Connection(self.context, None)


@implementer(IOpenSSLClientConnectionCreator)
class DaemonClient(_Context):
    """Dials a peer whose certificate has this role and this host."""

    def __init__(self, files: Files, role: str, host: str) -> None:
        super().__init__(files, (role,), host)

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the client's side of a new connection."""
        return SSL.Connection(self.context, None)


@implementer(IOpenSSLServerConnectionCreator)
class SiteServer:
    """The site's certificate, for browsers.

    Args:
        files: key and certificate chain, our own or the operator's.

    Raises:
        SagewsError: `configuration` when they can't be used.
    """

    def __init__(self, files: Files) -> None:
        context = SSL.Context(SSL.TLS_METHOD)
        # Browsers that can run the client have 1.3; libraries of other programs may not.
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_CIPHER_SERVER_PREFERENCE | SSL.OP_NO_RENEGOTIATION)
        context.set_cipher_list(_SITE_CIPHERS)
        try:
            context.use_privatekey_file(str(files.key))
            # An operator's file has the certificates between theirs and the root as well.
            context.use_certificate_chain_file(str(files.certificate))
            context.check_privatekey()
        except SSL.Error as error:
            reason = f"The certificate {files.certificate} and the key {files.key} can't be used together."
            raise SagewsError("configuration", reason=reason) from error
        self.context = context
        # As it is served, whatever becomes of the file while we run.
        self.certificate = files.certificate.read_bytes()

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the server's side of a new connection."""
        return SSL.Connection(self.context, None)


class PromptTLS(TLSMemoryBIOProtocol):
    """TLS that sends small answers at once: Nagle's delay against delayed acknowledgements stalls the first reply."""

    def makeConnection(self, transport: Any) -> None:
        """Switch the delay off before the first byte."""
        # Before the first byte: the handshake is small messages both ways, each of which Nagle would hold back.
        switch = getattr(transport, "setTcpNoDelay", None)
        if switch is not None:
            switch(True)
        super().makeConnection(transport)


class PromptTLSFactory(TLSMemoryBIOFactory):
    """Wraps a factory in TLS without delay."""

    protocol = PromptTLS
    noisy = False


@implementer(IStreamClientEndpoint)
class TLSClientEndpoint:
    """Connects with TLS through another endpoint.

    Args:
        endpoint: plain TCP.
        context: DaemonClient.
    """

    def __init__(self, endpoint: IStreamClientEndpoint, context: IOpenSSLClientConnectionCreator) -> None:
        self._endpoint = endpoint
        self._context = context

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; with TLS 1.3 the server may still refuse our certificate afterwards."""
        connected: Deferred[Any] = self._endpoint.connect(PromptTLSFactory(self._context, True, protocolFactory))
        return connected.addCallback(lambda tls: tls.wrappedProtocol)


def identify(transport: Any) -> tuple[str, str]:
    """Return the role and the name in the certificate of a transport's peer.

    Raises:
        SagewsError: `forbidden` when the transport has no peer with a role.
    """
    ask = getattr(transport, "getPeerCertificate", None)
    peer = ask() if ask is not None else None
    found = role_of(peer.to_cryptography()) if peer is not None else None
    if found is None:
        raise SagewsError("forbidden")
    return found
