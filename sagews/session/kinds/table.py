"""The table of kinds: what a child of the zygote becomes when it is handed over, by the name that the request gives.

A kind is a module or folder beside this one that calls `register` when it is imported. Nothing else has to know of it:
the zygote imports all of them before it forks, and the launcher passes the name on without knowing what it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sagews.discovery import Registry


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


_registry: Registry[SessionKind] = Registry("kinds of sessions", "sagews.session.kinds")
register = _registry.register
find = _registry.find
# The zygote loads all of them: an import after the fork would cost each session time and memory.
load = _registry.load
