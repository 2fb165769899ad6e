"""Wires the watch over the reactor: in every role, before anything that could hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sagews.config.settings import ROLES
from sagews.net.reactor_watch import ReactorWatch
from sagews.ops.metrics.figures import Figure
from sagews.roles.component import Component, DaemonContext


class Watch(Component):
    """Counts what holds the reactor of this process, and shows it in the status."""

    name = "the watch over the reactor"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    status_name = "reactor"

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._watch = ReactorWatch(daemon.reactor)

    async def start(self) -> None:
        """Begin to measure."""
        self._watch.start()

    async def stop(self, seconds: float) -> None:
        """Leave the reactor as it was."""
        self._watch.stop()

    def describe(self) -> Mapping[str, Any]:
        """Return the figures of this process."""
        return self._watch.status()

    def figures(self) -> Iterable[Figure]:
        """Yield how often the reactor was held."""
        book = self._watch.book
        text = "Pieces of work that held the reactor over 20 ms, by what they did meanwhile."
        computing = book.count - book.waited
        yield Figure("reactor_stalls", text, computing, counts=True, labels={"by": "computing"})
        yield Figure("reactor_stalls", text, book.waited, counts=True, labels={"by": "waiting"})
        longest = book.longest.seconds if book.longest is not None else 0.0
        yield Figure("reactor_longest_stall_seconds", "The longest of them since the start.", longest)
