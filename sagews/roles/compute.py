"""Wires compute: the launcher, whose bounds stand in a file of its owner, sessions, and the link of a worker apart."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sagews
from sagews.config import Settings
from sagews.errors import SagewsError
from sagews.frontend.sign_in.first_link import write_private
from sagews.model.identifiers import WorkerId
from sagews.model.sessions import Isolation
from sagews.ops.folders import Layout
from sagews.roles.keys import Keys, worker_name
from sagews.roles.terminal import isolation_line
from sagews.wire.launcher import Configure
from sagews.worker.launcher.client import LauncherClient
from sagews.worker.links.link import WorkerLink
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings

# A backend with a worker in its own process calls it this.
LOCAL_WORKER = "local"


def least_level(settings: Settings) -> Isolation:
    """Return the weakest level at which this machine may compute."""
    if settings.isolation.minimum is not None:
        return settings.isolation.minimum
    return Isolation.NAMESPACES if os.geteuid() == 0 else Isolation.USERNS


def session_environments(settings: Settings) -> Mapping[str, Path]:
    """Return the virtual environment of each flavour: of the settings, else the daemon's own.

    Raises:
        SagewsError: `configuration` for one that has no interpreter.
    """
    chosen = {name: Path(path) for name, path in settings.sessions.environments.items()} or _own_environment()
    for name, path in chosen.items():
        if not (path / "bin" / "python").exists():
            reason = (
                f"The environment of {name}, {path}, has no bin/python. Build it, or correct sessions.environments."
            )
            raise SagewsError("configuration", reason=reason)
    return chosen


def _own_environment() -> dict[str, Path]:
    prefix = Path(sys.prefix)
    has_sage = any(prefix.glob("lib/python3*/site-packages/sage/all.py"))
    return {"sage": prefix, "python": prefix} if has_sage else {"python": prefix}


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
    write_private(permits, json.dumps(_permits(settings, folder, environments), indent=1))
    program = Path(sagews.__file__).parent / "launcher" / "main.py"
    command = [sys.executable, "-I", str(program), "3", str(permits)]
    pools = dict.fromkeys(environments, settings.sessions.pool)
    wish = Configure(pools=pools, minimum=least_level(settings), wanted=settings.isolation.level)
    return LauncherClient(reactor, command, wish, died)


def _permits(settings: Settings, folder: Path, environments: Mapping[str, Path]) -> dict[str, Any]:
    limits = settings.sessions.limits()
    first = settings.sessions.first_uid
    homes = folder / "homes"
    homes.mkdir(mode=0o711, exist_ok=True)
    return {
        "homes": str(homes),
        "package": str(Path(sagews.__file__).parent),
        "flavours": {name: str(path / "bin" / "python") for name, path in environments.items()},
        "uids": [first, first + settings.sessions.uids - 1],
        "minimum": str(least_level(settings)),
        # Jobs run beside sessions, a few at a time.
        "sessions": settings.sessions.capacity + 16,
        "limits": {field: getattr(limits, field) for field in limits.__dataclass_fields__},
    }


class Compute:
    """The launcher of this process, and its sessions if it has the role.

    Args:
        reactor: the reactor.
        settings: limits, environments, level, whom to dial.
        layout: the data folder.
        name: of this set of roles.
        died: called when the launcher ends though nobody stopped it.
        sessions: whether it forks sessions.
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        layout: Layout,
        name: str,
        died: Callable[[str], None],
        *,
        sessions: bool,
    ) -> None:
        self._reactor = reactor
        self._settings = settings
        self.launcher = make_launcher(reactor, settings, layout, name, died, sessions=sessions)
        self.host: LocalHost | None = None
        self._link: WorkerLink | None = None

    async def start_launcher(self) -> str:
        """Wait until the launcher serves; return the start line about isolation."""
        await self.launcher.started()
        return isolation_line(self.launcher.level, self.launcher.report)

    def start_sessions(self, name: str = LOCAL_WORKER) -> LocalHost:
        """Serve sessions as the worker of this name."""
        sessions = self._settings.sessions
        bounds = LocalSettings(
            capacity=sessions.capacity,
            minimum=least_level(self._settings),
            keep_seconds=self._settings.link.keep_seconds,
        )
        self.host = LocalHost(
            self._reactor, self.launcher, WorkerId(name), settings=bounds, job_limits=sessions.limits()
        )
        self.host.start()
        return self.host

    def start_apart(self, keys: Keys) -> WorkerLink:
        """Serve sessions to a backend elsewhere; return the link, which takes log records too."""
        host = self.start_sessions(worker_name(self._settings))
        endpoint = keys.dial(self._reactor, "worker", "backend", self._settings.backend_address)
        self._link = WorkerLink(self._reactor, host, endpoint, jitter)
        self._link.start()
        return self._link

    async def stop(self) -> None:
        """End every session, then the link."""
        if self.host is not None:
            await self.host.stop()
        if self._link is not None:
            await self._link.stop()

    def describe(self) -> dict[str, Any]:
        """Return what the status page shows of isolation."""
        return {"level": self.launcher.level, "report": dict(self.launcher.report)}


def jitter() -> float:
    """Return a random number below 1, so that those who lost the same peer do not come back together."""
    return secrets.randbelow(1_000_000) / 1_000_000
