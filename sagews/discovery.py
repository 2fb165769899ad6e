"""Finds what a feature brings by its being there, so that adding one means adding files and entering them nowhere.

Standard library only: the launcher and the zygotes find their parts by it too, before anything else is imported.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """Something that is asked for by a name."""

    @property
    def name(self) -> str:
        """What it is asked for by; unique in its registry."""


T = TypeVar("T", bound=Named)


def modules(package: ModuleType, *, but: str = "") -> Iterator[ModuleType]:
    """Import and yield the modules and folders directly inside of a package, by name.

    Args:
        package: where they lie.
        but: the full name of one to leave out: the module that asks, while it is itself being imported.
    """
    # pkgutil follows the order of the folder on disk; sorted, two machines start alike and a fault comes back.
    for name in sorted(found.name for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")):
        if name != but:
            yield importlib.import_module(name)


class Registry(Generic[T]):
    """Things of one sort by their names, each registered by a module of one package as it is imported.

    Args:
        sort: what they are, for the error.
        package: the full name of the package. A name, because the registry is made while the package is being imported.
    """

    def __init__(self, sort: str, package: str) -> None:
        self._sort = sort
        self._package = package
        self._known: dict[str, T] = {}

    def register(self, thing: T) -> None:
        """Enter one.

        Raises:
            ValueError: when its name is taken: two features would replace each other unseen.
        """
        if thing.name in self._known:
            raise ValueError(f"there are two {self._sort} called {thing.name}")
        self._known[thing.name] = thing

    def find(self, name: str) -> T | None:
        """Return the one of this name, or None where there is none."""
        return self._known.get(name)

    def load(self) -> None:
        """Import every module of the package; once is enough, more does no harm."""
        for _ in modules(importlib.import_module(self._package)):
            pass
