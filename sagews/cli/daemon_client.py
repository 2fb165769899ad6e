"""How the command line reaches the running daemon: its address file, its personal token, its own certificate.

The daemon writes both files into the run folder of its data folder, which only its owner (and root) can enter. A
self-signed certificate is trusted because it is the very file that the daemon uses, whatever names stand in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from OpenSSL import SSL
from OpenSSL import crypto as openssl
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, optionsForClientTLS
from twisted.web.client import Agent, FileBodyProducer, ResponseFailed, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from sagews.errors import CATALOGUE, SagewsError
from sagews.ops.folders import Layout
from sagews.policy.accounts.tokens import is_secret

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60


class Address(msgspec.Struct, frozen=True):
    """What stands in the address file: the site's URL, and the certificate to be trusted besides the usual ones."""

    url: str
    certificate: str | None = None


@implementer(IOpenSSLClientConnectionCreator)
class Pinned:
    """Makes TLS connections that accept one certificate only."""

    def __init__(self, certificate: bytes) -> None:
        self._der = openssl.dump_certificate(
            openssl.FILETYPE_ASN1, openssl.load_certificate(openssl.FILETYPE_PEM, certificate)
        )

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        """Return a connection that checks the peer's certificate against the file's."""
        # No authority vouches for our own certificate; it is compared byte by byte with the one in the data folder.
        context = CertificateOptions(verify=False).getContext()
        context.set_verify(SSL.VERIFY_PEER, self._verify)
        return SSL.Connection(context, None)

    def _verify(self, _connection: Any, certificate: Any, _error: int, depth: int, _good: int) -> bool:
        # A chain's upper certificates come along too; only the daemon's own says who it is.
        return depth > 0 or openssl.dump_certificate(openssl.FILETYPE_ASN1, certificate) == self._der


@implementer(IPolicyForHTTPS)
class Trust:
    """Chooses how the daemon is recognised."""

    def __init__(self, address: Address) -> None:
        self._pinned = Pinned(_read_bytes(address.certificate)) if address.certificate else None

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """Return what makes the TLS connection to a host."""
        return self._pinned or optionsForClientTLS(hostname.decode("ascii"))


class RunningDaemon:
    """The running daemon, as the command line calls it.

    Args:
        reactor: for the connections.
        layout: of the data folder.

    Raises:
        SagewsError: `configuration` when there is no daemon to be found, or its token can't be read.
    """

    def __init__(self, reactor: Any, layout: Layout) -> None:
        self.address = _address(layout)
        self.trust = Trust(self.address)
        self._token = _token(layout)
        self._reactor = reactor
        self._agent = Agent(reactor, contextFactory=self.trust, connectTimeout=CONNECT_SECONDS)

    @property
    def origin(self) -> str:
        """The site's origin."""
        parts = urlsplit(self.address.url)
        return f"{parts.scheme}://{parts.netloc}"

    def unreachable(self) -> SagewsError:
        """Return the error that says that nobody answers."""
        reason = f"No daemon answers at {self.origin}. Start it with: make run, or: twistd sagews"
        return SagewsError("configuration", reason=reason)

    def _strange(self) -> SagewsError:
        reason = f"Whoever answers at {self.origin} has another certificate than the daemon. Start the daemon again."
        return SagewsError("configuration", reason=reason)

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """Make a call and return the JSON of its answer.

        Raises:
            SagewsError: what the daemon answers, or `configuration` when it does not.
        """
        target = self.origin + path + (f"?{urlencode(query)}" if query else "")
        try:
            request = Deferred.fromCoroutine(self._exchange(method, target, body))
            status, data = await request.addTimeout(ANSWER_SECONDS, self._reactor)
        except ResponseFailed as error:
            # Somebody else on the port must not be taken for a daemon that is down.
            strange = any(each.check(SSL.Error) for each in error.reasons)
            raise (self._strange() if strange else self.unreachable()) from None
        except (ConnectError, ConnectionClosed, DNSLookupError, DeferredTimeout):
            raise self.unreachable() from None
        return _result(status, data)

    async def _exchange(self, method: str, target: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        headers = Headers({"Authorization": [f"Bearer {self._token}"], "User-Agent": ["sagews"]})
        producer = None
        if body is not None:
            headers.addRawHeader("Content-Type", "application/json")
            producer = FileBodyProducer(BytesIO(msgspec.json.encode(body)))
        response = await self._agent.request(method.encode(), target.encode(), headers, producer)
        return response.code, await readBody(response)


def _result(status: int, data: bytes) -> Any:
    try:
        values = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        values = {}
    if status < 400:
        return values
    error = values.get("error", {}) if isinstance(values, dict) else {}
    code = str(error.get("code"))
    if code not in CATALOGUE:
        raise SagewsError("configuration", reason=str(error.get("message") or f"The daemon answered with {status}."))
    raise SagewsError(code, **error.get("parameters", {}))


def _address(layout: Layout) -> Address:
    try:
        return msgspec.json.decode(layout.address.read_bytes(), type=Address)
    except FileNotFoundError:
        reason = f"No daemon has run with the data folder {layout.base}. Start it with: make run, or: twistd sagews"
    except (OSError, msgspec.DecodeError) as error:
        reason = f"{layout.address} can't be read: {_why(error)}. Run this as the account that runs the daemon."
    raise SagewsError("configuration", reason=reason)


def _token(layout: Layout) -> str:
    try:
        token = layout.token.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{layout.token} can't be read: {_why(error)}. Run this as the account that runs the daemon."
        raise SagewsError("configuration", reason=reason) from None
    if not is_secret(token):
        raise SagewsError("configuration", reason=f"There is no token in {layout.token}. Start the daemon again.")
    return token


def _read_bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SagewsError("configuration", reason=f"The certificate {path} can't be read: {_why(error)}.") from None


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
