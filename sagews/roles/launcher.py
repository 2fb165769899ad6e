"""Wires the launcher, whose bounds stand in a file of its owner. A backend apart has one as well, for jobs alone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import sagews
from sagews.config.settings import Settings
from sagews.model.sessions import MEBIBYTE, Isolation
from sagews.net.private_files import write_private
from sagews.ops.environments import session_environments
from sagews.ops.folders import Layout
from sagews.roles.component import Component, DaemonContext
from sagews.roles.terminal import isolation_line
from sagews.wire.launcher import Configure
from sagews.worker.launcher.client import LauncherClient


def least_level(settings: Settings) -> Isolation:
    """Return the weakest level at which this machine may compute."""
    if settings.isolation.minimum is not None:
        return settings.isolation.minimum
    # What this machine should reach: below it a start has to be asked for in the settings, knowingly.
    return Isolation.NAMESPACES if os.geteuid() == 0 else Isolation.USERNS


def make_launcher(
    reactor: Any, settings: Settings, layout: Layout, name: str, died: Callable[[str], None], *, sessions: bool
) -> LauncherClient:
    """Write the permits and return the launcher's client; called while the daemon is still root.

    Args:
        reactor: starts the process.
        settings: limits, environments, level.
        layout: the data folder.
        name: of this set of roles; each has homes of its own.
        died: called when it ends though nobody stopped it.
        sessions: whether it forks sessions; a backend that runs apart has one for jobs alone.
    """
    folder = layout.launcher / name
    folder.mkdir(mode=0o711, exist_ok=True)
    environments = session_environments(settings) if sessions else {}
    permits = folder / "permits.json"
    # By root, before root is given up: afterwards the daemon could not write itself more.
    write_private(permits, json.dumps(_permits(settings, folder, environments), indent=1).encode())
    program = Path(sagews.__file__).parent / "launcher" / "main.py"
    # -I: neither the environment nor the current folder can bring it other code.
    command = [sys.executable, "-I", str(program), "3", str(permits)]
    pools = dict.fromkeys(environments, settings.sessions.pool)
    wish = Configure(pools=pools, minimum=least_level(settings), wanted=settings.isolation.level)
    return LauncherClient(reactor, command, wish, died)


def _permits(settings: Settings, folder: Path, environments: Mapping[str, Path]) -> dict[str, Any]:
    limits = settings.limits()
    first = settings.sessions.first_uid
    homes = folder / "homes"
    homes.mkdir(mode=0o711, exist_ok=True)
    return {
        "homes": str(homes),
        "package": str(Path(sagews.__file__).parent),
        "flavours": {name: str(path / "bin" / "python") for name, path in environments.items()},
        "uids": [first, first + settings.sessions.uids - 1],
        "minimum": str(least_level(settings)),
        # A few more than people may have: one that has ended is counted until nothing is left of it.
        "sessions": settings.sessions.capacity + 16,
        "disk": {
            "images": settings.disk.images,
            "reserve": settings.disk.reserve * MEBIBYTE,
            "homes": settings.disk.homes * MEBIBYTE,
        },
        "limits": {field: getattr(limits, field) for field in limits.__dataclass_fields__},
    }


class Launcher(Component):
    """The launcher of this process, started while the daemon is still root."""

    name = "the launcher"
    roles: ClassVar[frozenset[str]] = frozenset({"backend", "worker"})
    status_name = "isolation"

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        sessions = daemon.plays("worker")
        self.client = make_launcher(
            daemon.reactor, daemon.settings, daemon.layout, daemon.name, daemon.fail, sessions=sessions
        )

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Start it with the rights that the daemon still has."""
        self.client.start_privileged()

    async def start(self) -> None:
        """Wait until it serves, and say which level of isolation it reached."""
        await self.client.started()
        self.daemon.terminal.say(isolation_line(self.client.level, self.client.report))

    async def stop(self, seconds: float) -> None:
        """End it; no session outlives it."""
        await self.client.stop(seconds)

    def describe(self) -> Mapping[str, Any]:
        """Return the level, and what was found on the way to it."""
        return {"level": self.client.level, "report": dict(self.client.report)}
