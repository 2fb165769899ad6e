"""The flavours that are in memory: filled by the zygote before it forks, read by its children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Loaded:
    """A flavour that is in memory.

    Attributes:
        namespace: the globals of cells.
        preparse: Sage's language to Python, where there is Sage.
        versions: those of the libraries, by name.
        original: a copy of the namespace as every session begins with it.
    """

    namespace: dict[str, Any]
    preparse: Callable[[str], str] | None
    versions: Mapping[str, str] = field(default_factory=dict)
    original: Mapping[str, Any] = field(default_factory=dict)


_loaded: dict[str, Loaded] = {}


def keep(flavour: str, what: Loaded) -> None:
    """Remember a flavour that has been loaded."""
    _loaded[flavour] = what


def loaded(flavour: str) -> Loaded:
    """Return a flavour that has been loaded; raises KeyError before that."""
    return _loaded[flavour]


def all_loaded() -> Iterable[Loaded]:
    """Return every flavour that has been loaded: in a zygote there is one."""
    return _loaded.values()
