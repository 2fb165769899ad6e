"""What a level of isolation is to the launcher: when a machine allows it, how it is entered, what it gives sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sagews.model.sessions import Isolation


@dataclass(frozen=True, slots=True)
class Machine:
    """What was found out before any level is entered.

    Attributes:
        is_root: whether the launcher has root's rights on the host.
        has_cgroups: whether it has a delegated part of the cgroup tree for itself.
        landlock: version of landlock, 0 where there is none.
    """

    is_root: bool
    has_cgroups: bool
    landlock: int


@dataclass(frozen=True, slots=True)
class Level:
    """A level of isolation.

    Attributes:
        name: what settings, permits and reports call it; the order of Isolation is its rank.
        is_possible: whether a machine has what it needs.
        enter: takes the launcher there, or raises OSError where the kernel forbids it. None for a level that is named
            to the operator but not offered: sessions would share what the jail is there to keep apart.
        namespaces: those around a session, as the report lists them.
        has_cgroups: whether sessions are put into cgroups.
        part_of: stronger levels that do all that this one does, so that a launcher which entered one of them can serve
            at this level where the daemon wants it.
    """

    name: Isolation
    is_possible: Callable[[Machine], bool]
    enter: Callable[[], None] | None = None
    namespaces: str = ""
    has_cgroups: bool = False
    part_of: frozenset[Isolation] = frozenset()
