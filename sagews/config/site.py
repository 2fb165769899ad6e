"""Where people reach the service."""

from __future__ import annotations

import msgspec

from sagews.config.section import HostName, Network, Port, PublicAddress, Section

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - recognised here, not bound


class SiteSection(Section, frozen=True, kw_only=True):
    """Where people reach the service.

    Attributes:
        host: the address to listen on; anything but loopback is served over TLS only.
        port: of the site; untrusted content is served on `untrusted_port`, or the next one.
        names: further host names under which the site answers; links that we print have the first.
        public: the address that a reverse proxy or a forwarded port gives the site: "https://math.example.org".
        public_untrusted: the same for untrusted content, which needs an origin of its own.
        proxies: addresses and networks whose X-Forwarded-For and PROXY headers are believed.
        certificate, key: PEM files of the operator's own; else a self-signed one is made where TLS is needed.
        tls: whether to use TLS on loopback too.
        websocket_port: of a backend that runs apart from its frontend; by default four above the site's.
    """

    host: HostName = "127.0.0.1"
    port: Port = 8080
    untrusted_port: Port | None = None
    names: tuple[HostName, ...] = ()
    public: PublicAddress | None = None
    public_untrusted: PublicAddress | None = None
    proxies: tuple[Network, ...] = ()
    certificate: str | None = None
    key: str | None = None
    tls: bool = False
    websocket_port: Port | None = None

    def __post_init__(self) -> None:
        # An IPv6 address is written with brackets beside a port and without them where it is bound.
        msgspec.structs.force_setattr(self, "host", self.host.strip("[]"))

    @property
    def everywhere(self) -> bool:
        """Whether it listens on every address of the machine."""
        return self.host in WILDCARDS

    @property
    def socket_port(self) -> int:
        """The port of a backend that runs apart from its frontend."""
        return self.websocket_port if self.websocket_port is not None else self.port + 4

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return self.host in ("127.0.0.1", "::1", "localhost")

    @property
    def encrypted(self) -> bool:
        """Whether the site speaks TLS."""
        return self.tls or not self.loopback or self.certificate is not None

    @property
    def content_port(self) -> int:
        """The port of untrusted content."""
        return self.untrusted_port if self.untrusted_port is not None else self.port + 1
