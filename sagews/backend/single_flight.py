"""Things that take a while to make and to put away, and are wanted by several at once: made once, handed to all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from twisted.internet.defer import Deferred

K = TypeVar("K")
V = TypeVar("V")


class SingleFlightCache(Generic[K, V]):
    """Values by key. While one is being made or put away, all who ask for it wait."""

    def __init__(self) -> None:
        self._made: dict[K, V] = {}
        self._changing: dict[K, list[Deferred[None]]] = {}

    def get(self, key: K) -> V | None:
        """Return a value that is there (also while it is being put away)."""
        return self._made.get(key)

    def values(self) -> list[V]:
        """Return all that are there."""
        return list(self._made.values())

    def forget(self, key: K) -> None:
        """Drop a value without putting it away."""
        self._made.pop(key, None)

    @property
    def changing(self) -> bool:
        """Whether something is being made or put away now."""
        return bool(self._changing)

    async def get_or_make(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """Return the value, made by `make` if it is not there."""
        await self.settled_at(key)
        if key in self._made:
            return self._made[key]
        self._changing[key] = []
        try:
            value = self._made[key] = await make()
        finally:
            self._changed(key)
        return value

    async def put_away(self, key: K, value: V, finish: Callable[[V], Awaitable[None]]) -> None:
        """Await `finish` for a value and forget it, whatever that raises.

        Nothing is done if it is changing already, or if another value has come in the place of this one.
        """
        if key in self._changing or self._made.get(key) is not value:
            return
        self._changing[key] = []
        try:
            await finish(value)
        finally:
            self._made.pop(key, None)
            self._changed(key)

    async def settled_at(self, key: K) -> None:
        """Wait until this value is not being made or put away."""
        while key in self._changing:
            await self._wait(key)

    async def settled(self) -> None:
        """Wait until nothing is being made or put away."""
        while self._changing:
            await self._wait(next(iter(self._changing)))

    async def _wait(self, key: K) -> None:
        waiting: Deferred[None] = Deferred()
        self._changing[key].append(waiting)
        await waiting

    def _changed(self, key: K) -> None:
        for waiting in self._changing.pop(key):
            waiting.callback(None)
