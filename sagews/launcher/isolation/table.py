"""The table of isolation levels: each is a module in levels/ with a `LEVEL`, found by being there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sagews.discovery import modules
from sagews.launcher.isolation import levels
from sagews.launcher.isolation.level import Level, Machine
from sagews.model.sessions import Isolation


class Table:
    """Levels, strongest first.

    Raises:
        ValueError: when two have one name.
    """

    def __init__(self, found: Iterable[Level]) -> None:
        order = list(Isolation)
        self._levels = sorted(found, key=lambda level: order.index(level.name))
        self._named = {level.name: level for level in self._levels}
        if len(self._named) < len(self._levels):
            raise ValueError("there are two levels of isolation with one name")

    def named(self, name: str) -> Level:
        """Return the level of this name.

        Raises:
            ValueError: for a name that is no level's.
            KeyError: for a level that no module is there for.
        """
        return self._named[Isolation(name)]

    def best(self, machine: Machine) -> tuple[Level, Callable[[], None]]:
        """Return the strongest level that is offered and may be entered on this machine, and how it is entered.

        Raises:
            LookupError: when there is none.
        """
        for level in self._levels:
            # The order of Isolation is the rank, so the first that fits is the strongest.
            if level.enter is not None and level.is_possible(machine):
                return level, level.enter
        raise LookupError("no level of isolation is offered here")

    def left(self, machine: Machine) -> Level:
        """Return what is left when the best can't be entered: a level that is named to the operator, not offered.

        Raises:
            LookupError: when there is none.
        """
        for level in self._levels:
            if level.enter is None and level.is_possible(machine):
                return level
        raise LookupError("no level of isolation is left here")


def load() -> list[Level]:
    """Import every level's module and return the levels."""
    return [module.LEVEL for module in modules(levels)]


LEVELS = Table(load())
