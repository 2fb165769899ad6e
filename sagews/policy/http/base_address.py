"""One way in for browsers: the origins of the site and of untrusted content as they stand in the address bar.

A site has many: each of its names on its own port, and the public address that a reverse proxy or a forwarded port
gives it. Whatever depends on how the browser came (links, cookies, policies, the websocket) is taken from this value.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

COOKIE = "sagews_login"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class BaseAddress:
    """How a browser reached us.

    Attributes:
        site: the origin of the site, for instance "https://math.example.org:8443".
        content: the origin of untrusted content for pages of that site.
        websocket: where pages of that site connect to.
    """

    site: str
    content: str
    websocket: str

    @property
    def secure(self) -> bool:
        """Whether the browser speaks TLS, to us or to the proxy in front of us."""
        return self.site.startswith("https:")

    @property
    def cookie_name(self) -> str:
        """The name of the login's cookie.

        It holds the port, because browsers send the cookies of one host to all of its ports: two daemons behind
        one name would sign each other's people out.
        """
        parts = urlsplit(self.site)
        name = f"{COOKIE}_{parts.port or _DEFAULT_PORTS[parts.scheme]}"
        # With this prefix browsers refuse a cookie that another host of the domain, or a page without TLS, has set.
        return f"__Host-{name}" if self.secure else name

    def hosts(self, *, content: bool) -> frozenset[str]:
        """Return what a Host header may be for one of the two origins; the scheme's own port may be left out."""
        parts = urlsplit(self.content if content else self.site)
        if parts.port is None:
            return frozenset({parts.netloc, f"{parts.netloc}:{_DEFAULT_PORTS[parts.scheme]}"})
        return frozenset({parts.netloc})


def public_address(site: str, content: str) -> BaseAddress:
    """Return the way in through a proxy; it passes the websocket on beside the site.

    Args:
        site: the origin of the site, in the form of `parse_origin`.
        content: that of untrusted content.
    """
    return BaseAddress(site, content, site.replace("http", "ws", 1) + "/ws")


def parse_origin(text: str) -> str:
    """Return an address that an operator wrote as the origin that browsers send.

    Raises:
        ValueError: with a sentence, for anything but http or https, a host and perhaps a port.
    """
    parts = urlsplit(text)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError('it has to be an address like "https://math.example.org"')
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("it may hold a scheme, a host and a port only: the site can't lie beneath a folder of another")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if default else f":{parts.port}")
