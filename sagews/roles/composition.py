"""Which components the chosen roles need, in the order in which they start.

The daemon starts them in this order and stops them in the reverse, so that a workspace is saved while its worker and
the database still answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import sagews
from sagews.config.settings import ROLES, Settings
from sagews.ops.folders import Layout
from sagews.roles.backend import BackendComponent
from sagews.roles.certificates import Certificates
from sagews.roles.component import Component, DaemonContext
from sagews.roles.database import Databases
from sagews.roles.launcher import Launcher
from sagews.roles.ports import Ports
from sagews.roles.records import Records
from sagews.roles.running.control import ControlSocket
from sagews.roles.running.manager import Manager
from sagews.roles.running.manhole import Manhole
from sagews.roles.running.metrics import Metrics
from sagews.roles.running.reload import Reloading
from sagews.roles.running.siblings import Siblings
from sagews.roles.site import SiteComponent
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal
from sagews.roles.watch import Watch
from sagews.roles.worker import Worker

# Each needs only those before it; the stop goes the other way.
COMPONENTS: tuple[type[Component], ...] = (
    Watch,
    Metrics,
    Certificates,
    Launcher,
    Databases,
    Records,
    Worker,
    BackendComponent,
    SiteComponent,
    ControlSocket,
    Manhole,
    Manager,
)

Step = tuple[str, Callable[[], Awaitable[None]], Callable[[float], Awaitable[None]]]


class Composition:
    """The components of one daemon.

    Args:
        reactor: the reactor.
        settings: as read.
        roles: a part of config.settings.ROLES.
        sockets: listening already.
        terminal: who started the daemon.
        fail: ends the daemon with a reason.
        kinds: which components there are, in order.
        config: path of the settings file; None where there is none.
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        roles: tuple[str, ...],
        sockets: Sockets,
        terminal: Terminal,
        fail: Callable[[str], None],
        kinds: tuple[type[Component], ...] = COMPONENTS,
        config: str | None = None,
    ) -> None:
        # Homes, pid and log files are named by it, so two daemons of different roles share a data folder without
        # meeting.
        name = "all" if set(roles) == set(ROLES) else "-".join(sorted(roles))
        ports = Ports(reactor, sockets)
        layout = Layout(settings.folder)
        self._daemon = DaemonContext(reactor, settings, roles, layout, name, ports, terminal, fail)
        self._kinds = kinds
        self.layout = layout
        self.reloading = Reloading(config, settings, roles, lambda: self._components, kinds)

    @property
    def _components(self) -> list[Component]:
        return list(self._daemon.built.values())

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Build every component of these roles, and let each do what only the rights of the start can do."""
        for kind in self._kinds:
            if self._daemon.plays(*kind.roles):
                component = self._daemon.built[kind] = kind(self._daemon)
                component.prepare_privileged(account)
        control, site = self._daemon.find(ControlSocket), self._daemon.find(SiteComponent)
        if control is not None:
            control.serve(self.status, self.reloading)
        if site is not None and control is not None:
            site.show(Siblings(self._daemon.reactor, self.layout, self._daemon.name, control.answer))

    def prepare(self) -> None:
        """Let each do what belongs to the service account, before the first step."""
        for component in self._components:
            component.prepare()

    def steps(self) -> Iterator[Step]:
        """Yield name, start and stop of each component."""
        for component in self._components:
            yield component.name, component.start, component.stop

    def ready(self) -> None:
        """Say that everything serves."""
        if not self._daemon.plays("frontend"):
            said = f"Sage Workspaces {sagews.__version__} is ready as {', '.join(self._daemon.roles)}"
            self._daemon.terminal.say(said)
        for component in self._components:
            component.ready()

    def status(self) -> dict[str, Any]:
        """Return the state of this process: of a component that is not in this process, None."""
        shown: dict[str, Any] = {"version": sagews.__version__, "roles": list(self._daemon.roles)}
        for kind in self._kinds:
            if kind.status_name:
                component = self._daemon.built.get(kind)
                shown[kind.status_name] = component.describe() if component is not None else None
        return shown
