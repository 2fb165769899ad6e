"""An installation in four processes of its own, whose daemons are started anew when they end, as systemd would."""

from __future__ import annotations

from collections.abc import Callable

import psutil

from tests.e2e.running import RunningDaemon

FLAVOUR = "python"
LAUNCHER = "/sagews/launcher/"


class Installation:
    """The server (frontend and backend), a worker apart and the collector, from one data folder."""

    def __init__(self) -> None:
        self.server = RunningDaemon(roles=("frontend", "backend"))
        self.worker = self.server.sibling("worker")
        self.collector = self.server.sibling("log")
        self.daemons = (self.server, self.worker, self.collector)
        self.victims: dict[str, Callable[[], psutil.Process | None]] = {
            "server": lambda: _of(self.server),
            "PostgreSQL": self._postgres,
            "worker": lambda: _of(self.worker),
            "collector": lambda: _of(self.collector),
            "session": self._session,
            "zygote": self._zygote,
            "launcher of the worker": lambda: self._launcher(self.worker),
            "launcher of the backend": lambda: self._launcher(self.server),
        }

    def start(self) -> None:
        """Start all, in an order in which the first ones wait for the others."""
        for daemon in self.daemons:
            daemon.launch()
        for daemon in self.daemons:
            daemon.wait_until_ready()

    def revive(self) -> list[str]:
        """Start what has ended and return its roles."""
        ended = [each for each in self.daemons if each.process is not None and each.process.poll() is not None]
        for daemon in ended:
            daemon.launch()
        return ["+".join(each.roles) for each in ended]

    def stop(self) -> None:
        """Stop all and remove everything."""
        for daemon in (self.worker, self.server, self.collector):
            daemon.stop()
        self.server.remove()

    def _postgres(self) -> psutil.Process | None:
        """The postmaster, whichever daemon keeps it."""
        for daemon in self.daemons:
            for child in _below(daemon, recursive=False):
                if "/postgres" in _line(child) and str(self.server.data) in _line(child):
                    return child
        return None

    def _launcher(self, daemon: RunningDaemon) -> psutil.Process | None:
        return next((each for each in _below(daemon, recursive=False) if LAUNCHER in _line(each)), None)

    def _zygote(self) -> psutil.Process | None:
        """The process that has loaded the libraries: the launcher is its parent or grandparent."""
        return next(
            (
                each
                for each in _below(self.worker)
                if _line(each).endswith(f" {FLAVOUR}") and LAUNCHER in _line(each.parent())
            ),
            None,
        )

    def _session(self) -> psutil.Process | None:
        """A process that the zygote forked last."""
        zygote = self._zygote()
        below = [] if zygote is None else zygote.children()
        return max(below, key=lambda each: each.cpu_times().user, default=None)


def _of(daemon: RunningDaemon) -> psutil.Process | None:
    return None if daemon.process is None else psutil.Process(daemon.process.pid)


def _below(daemon: RunningDaemon, *, recursive: bool = True) -> list[psutil.Process]:
    top = _of(daemon)
    try:
        return [] if top is None else top.children(recursive=recursive)
    except psutil.NoSuchProcess:
        return []


def _line(process: psutil.Process | None) -> str:
    try:
        return "" if process is None else " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
