"""The ports that a set of roles listens on, taken before anything else so that a taken one is an error at once."""

from __future__ import annotations

import socket
from dataclasses import dataclass, fields

from sagews.config.settings import Settings
from sagews.ops.listening import bind
from sagews.ops.service_manager import Inherited


@dataclass(frozen=True, slots=True)
class Sockets:
    """Listening sockets; None where the roles need none."""

    site: socket.socket | None = None
    content: socket.socket | None = None
    link: socket.socket | None = None
    collector: socket.socket | None = None

    def close(self) -> None:
        """Close what nobody has adopted."""
        for each in (self.site, self.content, self.link, self.collector):
            if each is not None:
                each.close()


SOCKET_NAMES = tuple(field.name for field in fields(Sockets))


def wanted_ports(settings: Settings, roles: tuple[str, ...]) -> dict[str, tuple[str, int, str]]:
    """Return host, port and what it is for, by attribute of `Sockets`, of every port that these roles listen on."""
    site = settings.site
    wanted: dict[str, tuple[str, int, str]] = {}
    if "frontend" in roles:
        wanted["site"] = (site.host, site.port, "the site")
    # A backend apart from its frontend answers websockets on a port of its own; beside it on the site's.
    elif "backend" in roles:
        wanted["site"] = (site.host, site.socket_port, "the websocket")
    if "frontend" in roles:
        wanted["content"] = (site.host, site.content_port, "the origin for untrusted content")
    if "backend" in roles:
        wanted["link"] = (settings.link.host, settings.link_port, "the link for workers")
    if "log" in roles:
        wanted["collector"] = (settings.link.host, settings.collector_port, "the log collector")
    return wanted


def bind_sockets(settings: Settings, roles: tuple[str, ...], inherited: Inherited) -> Sockets:
    """Take the ports of these roles, or what listens on them already.

    Args:
        settings: as read.
        roles: of the daemon.
        inherited: from the service manager, named as the attributes of `Sockets`. It goes on listening while the
            daemon is restarted, so that nobody is refused meanwhile. What the roles have no use for is closed.

    Raises:
        SagewsError: `configuration` when a port is taken, or another is listened on than the settings say; those
            taken before are closed again.
    """
    taken: dict[str, socket.socket] = {}
    try:
        for name, (host, port, what) in wanted_ports(settings, roles).items():
            taken[name] = inherited.take(name, port) or bind(host, port, what)
    except Exception:
        Sockets(**taken).close()
        raise
    finally:
        inherited.close()
    return Sockets(**taken)
