"""What every part of a daemon gives to the start sequence, and what it is given.

A component is one file beside this one and one line in composition.COMPONENTS. It says which roles need it; it is
built, started and stopped with the others, and never asked whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from sagews.config.changes import Change
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from sagews.ops.metrics.figures import Figure
from sagews.roles.ports import Ports
from sagews.roles.terminal import Terminal

C = TypeVar("C", bound="Component")


@dataclass(frozen=True, slots=True)
class DaemonContext:
    """What the components of one daemon share.

    Attributes:
        reactor: the reactor.
        settings: as read.
        roles: a part of config.settings.ROLES.
        layout: the data folder.
        name: of this set of roles: "all", or the roles in a row.
        ports: bound before anything else.
        terminal: who started the daemon.
        fail: ends the daemon with a reason.
        built: the components so far, by class.
    """

    reactor: Any
    settings: Settings
    roles: tuple[str, ...]
    layout: Layout
    name: str
    ports: Ports
    terminal: Terminal
    fail: Callable[[str], None]
    built: dict[type[Component], Component] = field(default_factory=dict)

    def plays(self, *roles: str) -> bool:
        """Whether the daemon has one of these roles."""
        return any(role in self.roles for role in roles)

    def find(self, kind: type[C]) -> C | None:
        """Return a component, or None where the roles of this daemon have none."""
        found = self.built.get(kind)
        return found if isinstance(found, kind) else None

    def require(self, kind: type[C]) -> C:
        """Return a component that the asking one can't be without.

        Raises:
            SagewsError: `internal` where it was not built: the roles of the two don't fit together.
        """
        found = self.find(kind)
        if found is None:
            raise SagewsError("internal", correlation=kind.__name__)
        return found


class Component:
    """One part of a daemon. Each method may be left out.

    Attributes:
        name: in the reasons that a start may fail with.
        roles: it is built where the daemon plays one of these.
        status_name: under which key the status page finds what `describe` returns; "" for nothing.
        reloads: the settings that it takes over while it runs, by key ("site.names") or by section ("user_quota").
    """

    name: ClassVar[str]
    roles: ClassVar[frozenset[str]]
    status_name: ClassVar[str] = ""
    reloads: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, daemon: DaemonContext) -> None:
        self.daemon = daemon

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Do what needs the rights of the start, before the daemon becomes this account (uid, gid)."""

    def prepare(self) -> None:
        """Do what comes before the first step, as the service account."""

    async def start(self) -> None:
        """Begin to serve; components before this one in the sequence serve already."""

    async def stop(self, seconds: float) -> None:
        """End in order within so many seconds; components before this one still serve.

        It is cancelled after them, so that what gives way only to force is forced before. Called whenever `start` was,
        however far that came: what a refused start leaves behind, nobody else ends.
        """

    def ready(self) -> None:
        """Learn that everything serves."""

    def takes(self, change: Change) -> bool:
        """Whether it can take this change of the settings while it runs."""
        return bool({change.key, change.key.partition(".")[0]} & self.reloads)

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Check settings that were read again, build what they ask for, and return what puts it in use.

        What is returned can't fail, and returns what it changed beside the settings themselves, a sentence each.
        Nothing is changed before it is called: another component may refuse.

        Raises:
            SagewsError: `configuration` when they can't be used.
        """
        return tuple

    def describe(self) -> Mapping[str, Any]:
        """Return what the status page shows."""
        return {}

    def figures(self) -> Iterable[Figure]:
        """Yield what monitoring is told, read at this moment; called in the reactor's thread, often."""
        return ()

    def disk_figures(self) -> Iterable[Figure]:
        """Yield what is read from the disk for monitoring; called in a thread, in which a slow disk holds nobody."""
        return ()

    def unready(self) -> str:
        """Return why nobody should be sent to this daemon now, "" when all is well; called in any thread."""
        return ""
