"""The table of kinds: what a child of the zygote becomes when it is handed over, by the name that the request gives.

A kind is a module or folder beside this one that calls `register` when it is imported. Nothing else has to know of it:
the zygote imports all of them before it forks, and the launcher passes the name on without knowing what it means.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

PACKAGE = "sagews.session.kinds"


@dataclass(frozen=True, slots=True)
class SessionKind:
    """A kind of session.

    Attributes:
        name: what a request calls it.
        serve: takes the descriptor of the worker's stream socket, which it owns from then on, and the flavour; serves
            until the worker closes and returns the process's exit status.
    """

    name: str
    serve: Callable[[int, str], int]


_kinds: dict[str, SessionKind] = {}


def register(kind: SessionKind) -> None:
    """Enter a kind.

    Raises:
        ValueError: when its name is taken.
    """
    if kind.name in _kinds:
        raise ValueError(f"there are two kinds of sessions called {kind.name}")
    _kinds[kind.name] = kind


def find(name: str) -> SessionKind | None:
    """Return the kind of this name, or None where there is none."""
    return _kinds.get(name)


def load() -> None:
    """Import every kind, in the zygote: an import after the fork would cost each session time and memory."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.iter_modules(package.__path__, f"{PACKAGE}."):
        importlib.import_module(module.name)
