"""The ports that a set of roles listens on, taken before anything else so that a taken one is an error at once."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from sagews.config.settings import Settings
from sagews.ops.listening import bind


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


def bind_sockets(settings: Settings, roles: tuple[str, ...]) -> Sockets:
    """Take the ports of these roles.

    Raises:
        SagewsError: `configuration` when one is taken; those taken before are closed again.
    """
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
    taken: dict[str, socket.socket] = {}
    try:
        for name, address in wanted.items():
            taken[name] = bind(*address)
    except Exception:
        Sockets(**taken).close()
        raise
    return Sockets(**taken)
