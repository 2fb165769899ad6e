"""Which components a daemon has, and what a new one needs to be one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.settings import ROLES, Settings
from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from sagews.roles.component import Component, DaemonContext
from sagews.roles.composition import COMPONENTS, Composition
from sagews.roles.ports import Ports
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal
from tests.scratch import scratch_folder


class Clockwork(Component):
    """A component of the test: it serves frontends, and the status page shows it."""

    name = "the clockwork"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend"})
    status_name = "clockwork"
    said: ClassVar[list[str]] = []

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Note the account."""
        self.said.append(f"account {account}")

    async def start(self) -> None:
        """Note the start."""
        self.said.append("start")

    def describe(self) -> Mapping[str, Any]:
        """Say what it is."""
        return {"wheels": 3}


class Pendulum(Component):
    """Another one, which needs the first."""

    name = "the pendulum"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend", "log"})

    async def start(self) -> None:
        """Look for the other."""
        Clockwork.said.append(self.daemon.require(Clockwork).name)


class CompositionTests(SynchronousTestCase):
    """Components that are only in this file."""

    def compose(self, *roles: str) -> Composition:
        """Return a daemon of these two components, past the drop of its rights."""
        Clockwork.said.clear()
        settings = Settings(data=str(scratch_folder(self)))
        terminal = Terminal(Layout(settings.folder), foreground=False)
        composition = Composition(Clock(), settings, roles, Sockets(), terminal, self.fail, (Clockwork, Pendulum))
        composition.prepare_privileged((7, 8))
        return composition

    def test_a_new_component(self) -> None:
        """A component that is only named in the list is built with the rights of the start and started in order."""
        steps = list(self.compose("frontend").steps())
        self.assertEqual([name for name, _, _ in steps], ["the clockwork", "the pendulum"])
        for _, start, _ in steps:
            self.successResultOf(Deferred.fromCoroutine(start()))
        self.assertEqual(Clockwork.said, ["account (7, 8)", "start", "the clockwork"])

    def test_status(self) -> None:
        """The status page shows what a component says of itself, and None where the roles have none."""
        for role, shown in (("frontend", {"wheels": 3}), ("log", None)):
            status = self.compose(role).status()
            self.assertEqual(status["clockwork"], shown)

    def test_a_missing_component(self) -> None:
        """A component that can't be without another says which one its roles do not bring."""
        settings = Settings(data=str(scratch_folder(self)))
        layout = Layout(settings.folder)
        terminal = Terminal(layout, foreground=False)
        ports = Ports(Clock(), Sockets())
        daemon = DaemonContext(Clock(), settings, ("log",), layout, "log", ports, terminal, self.fail)
        self.assertIsNone(daemon.find(Clockwork))
        self.assertIn("Clockwork", str(self.assertRaises(SagewsError, daemon.require, Clockwork)))

    def test_names_and_roles(self) -> None:
        """Every component names roles that exist, and has a name of its own for the reason of a failed start."""
        for kind in COMPONENTS:
            self.assertTrue(kind.roles and kind.roles <= set(ROLES), kind)
        self.assertEqual(len({kind.name for kind in COMPONENTS}), len(COMPONENTS))
