"""Where figures and health are asked for."""

from __future__ import annotations

from sagews.config.section import HostName, Port, Section


class MetricsSection(Section, frozen=True, kw_only=True):
    """The port of figures and health, answered by a thread of its own while the reactor works.

    Attributes:
        enabled: whether there is one.
        host: an address of this machine. Figures name no account and no workspace, but they tell strangers how a site
            is used: whoever opens the port to others has a firewall for it.
        port: by default any free one, which `sagews status` names. Daemons of one settings file that play other roles
            take those behind it: frontend, backend, worker, log in this order.
    """

    enabled: bool = True
    host: HostName = "127.0.0.1"
    port: Port | None = None
