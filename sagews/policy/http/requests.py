"""What is decided about an HTTP request before anybody looks at what it asks: Host, origin, status codes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sagews.errors import SagewsError
from sagews.policy.http.base_address import BaseAddress

# No call of the site takes a file; the largest body is a person's settings.
MAX_BODY = 64 * 1024
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = frozenset({"GET", "HEAD"})

STATUS: Mapping[str, int] = {
    "bad-message": 400,
    "bad-value": 400,
    "bad-name": 400,
    "weak-password": 400,
    "not-signed-in": 401,
    # Not 401, at which browsers and libraries forget the login that asked.
    "bad-password": 403,
    "wrong-password": 403,
    "forbidden": 403,
    "wrong-origin": 403,
    "read-only": 403,
    "may-not-run": 403,
    "not-found": 404,
    "no-account": 404,
    "method-not-allowed": 405,
    "name-taken": 409,
    "conflict": 409,
    "limit": 409,
    "expired": 410,
    "too-large": 413,
    # The status by which a client may try another connection: it came to a server that is not for this name.
    "wrong-host": 421,
    "too-often": 429,
    "database": 503,
    "no-session": 404,
    "elsewhere": 409,
    "no-worker": 503,
    "shutting-down": 503,
}


def status_of(code: str) -> int:
    """Return the HTTP status that goes with an error's code; 500 for what should not have come so far."""
    return STATUS.get(code, 500)


class Policy(StrEnum):
    """Who may make a call. Every route names one.

    OPEN: anybody. LOGIN: a cookie and its origin's secret, or a personal token. OPERATOR: a login of an administrator,
    or the command line's own account. WEBSOCKET: anybody from our own page; the handshake that follows is checked by
    the backend.
    """

    OPEN = "open"
    LOGIN = "login"
    OPERATOR = "operator"
    WEBSOCKET = "websocket"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Under which names the two origins answer.

    Attributes:
        names: host names as they stand in a Host header, lower case, IPv6 in brackets, without a port.
        port: of the site as browsers see it; content_port: of untrusted content.
        content_name: another host name for untrusted content, or None for the same name on the other port.
        page_origins: where else our pages come from, for a websocket that lives apart from them.
        socket_port: of a websocket that lives apart from the pages; None where it is beside them.
        public: the way in through a reverse proxy or a forwarded port; its ports are none of ours.
        shown: the origin that people are told, whoever asks for it.
    """

    names: frozenset[str]
    port: int
    content_port: int
    secure: bool
    content_name: str | None = None
    page_origins: frozenset[str] = frozenset()
    socket_port: int | None = None
    public: BaseAddress | None = None
    shown: str = ""

    @property
    def scheme(self) -> str:
        """The scheme of both origins."""
        return "https" if self.secure else "http"

    def find(self, host: str | None, *, content: bool = False) -> BaseAddress:
        """Return the way by which a request came, from its Host header.

        Args:
            host: the header.
            content: whether it came to the port of untrusted content.

        Raises:
            SagewsError: `wrong-host` for a missing, foreign or malformed one.
        """
        if self.public is not None and host is not None and host.lower() in self.public.hosts(content=content):
            return self.public
        name = self.name_of(host, self.content_port if content else self.port)
        return BaseAddress(self.site_origin(name), self.content_origin(name), self.websocket(name))

    def name_of(self, host: str | None, port: int) -> str:
        """Return the name in a Host header that is one of ours on this port.

        Raises:
            SagewsError: `wrong-host` for a missing, foreign or malformed one.
        """
        name, given = split_host(host or "")
        known = self.names if self.content_name is None or port == self.port else self.names | {self.content_name}
        # A foreign name would make a page of ours for an attacker's own host, whose cookies they can set: DNS
        # rebinding.
        if name not in known or (self._default_port if given is None else given) != port:
            raise SagewsError("wrong-host")
        return name

    @property
    def _default_port(self) -> int:
        return 443 if self.secure else 80

    def origin(self, name: str, port: int) -> str:
        """Return the origin of a name of ours, as browsers write it."""
        suffix = "" if port == self._default_port else f":{port}"
        return f"{self.scheme}://{name}{suffix}"

    def site_origin(self, name: str) -> str:
        """Return the origin of the site under the name by which it was reached."""
        return self.origin(name, self.port)

    def content_origin(self, name: str) -> str:
        """Return the origin of untrusted content for a page that was reached under this name."""
        return self.origin(self.content_name or name, self.content_port)

    def websocket(self, name: str) -> str:
        """Return the address of the websocket for a page that was reached under this name."""
        port = self.port if self.socket_port is None else self.socket_port
        return self.origin(name, port).replace("http", "ws", 1) + "/ws"

    def site_origins(self) -> list[str]:
        """Return every origin of the site, sorted."""
        public = [] if self.public is None else [self.public.site]
        return sorted({*public, *(self.site_origin(name) for name in self.names)})


def addresses(
    host: str, names: Iterable[str], port: int, content_port: int, *, secure: bool, content_name: str | None = None
) -> Addresses:
    """Return the addresses of a site that listens on `host` and has further names; loopback's names always count."""
    own = () if host in ("0.0.0.0", "::", "") else (host,)  # noqa: S104 - recognised here, not bound
    # Loopback's names always, for the operator's own browser on the machine.
    known = frozenset(_written(name) for name in (*LOOPBACK_NAMES, *names, *own))
    return Addresses(known, port, content_port, secure, content_name)


def _written(name: str) -> str:
    """Return a name as it stands in a Host header: lower case, IPv6 compressed and in brackets."""
    try:
        return f"[{ipaddress.IPv6Address(name.strip('[]'))}]"
    except ValueError:
        return name.lower()


def split_host(host: str) -> tuple[str, int | None]:
    """Return name and port of a Host header; a malformed one gives a name that nobody has."""
    name, colon, port = host.rpartition(":")
    if not colon or name.endswith(":") or (host.startswith("[") and host.endswith("]")):
        return host.lower(), None
    # Other digits are digits to Python, and int takes a sign and underscores.
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        return "", None
    return name.lower(), int(port)


def check_origin(own: str, origin: str | None, fetch_site: str | None, pages: frozenset[str] = frozenset()) -> None:
    """Refuse what a browser sends on behalf of another site.

    Args:
        own: the origin under which this request arrived.
        pages: other origins of ours that may call as well.
        origin: the Origin header, if any; programs that are no browsers send none.
        fetch_site: the Sec-Fetch-Site header, if any.

    Raises:
        SagewsError: `wrong-origin`.
    """
    # Before the header below, which says cross-site for a page that lives apart from its websocket.
    if origin is not None and origin.lower() in pages:
        return
    if origin is not None and origin.lower() != own:
        raise SagewsError("wrong-origin")
    # Browsers send it where they leave Origin out, at navigations for instance; "none" is what somebody typed.
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        raise SagewsError("wrong-origin")
