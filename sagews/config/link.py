"""How daemons reach each other."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from sagews.config.section import Address, HostName, Port, Positive, Section

# It stands in certificates, in file names and in leases: what all three can hold without quoting.
DaemonName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class LinkSection(Section, frozen=True, kw_only=True):
    """The hop between backends and workers, and to the log collector (AMP over mutual TLS).

    Attributes:
        host, port: where a backend listens for workers; by default two above the site's port.
        backend: the address that a worker dials when it runs apart, or several of them for several backends; by
            default that port of this machine.
        collector_port: where a collector listens; by default three above the site's port.
        collector: the address to which a daemon without the log role sends its records.
        keep_seconds: how long a worker keeps sessions whose backend is gone.
        name: of this backend, as leases and tickets have it; no two backends of one database may share one. A frontend
            that runs apart gives tickets for the backend of this name.
        worker: the name of a worker that runs apart; by default the machine's.
    """

    one_or_many: ClassVar[frozenset[str]] = frozenset({"backend"})

    host: HostName = "127.0.0.1"
    port: Port | None = None
    backend: tuple[Address, ...] = ()
    collector_port: Port | None = None
    collector: Address | None = None
    keep_seconds: Positive = 120
    name: DaemonName = "backend"
    worker: DaemonName | None = None
