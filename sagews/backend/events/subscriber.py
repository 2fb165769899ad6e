"""A connection as documents see it: who it is, what it may do, and how it is told something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sagews.model.accounts import User
from sagews.wire.browser.base import ToPage


class Subscriber(Protocol):
    """One connection of one person."""

    @property
    def id(self) -> str:
        """The connection's own id; it is also its correlation id."""

    @property
    def user(self) -> User:
        """Who it is."""

    def event(self, document: str, data: bytes) -> None:
        """Send an encoded event of a document; it may be dropped in favour of a fresh `opened`."""

    def tell(self, message: ToPage) -> None:
        """Send an answer; it is never dropped."""

    def forget(self, document: str) -> None:
        """Learn that nothing is owed for a document any more."""

    def when_gone(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this once when the connection is closed or lost; return what takes the wish back."""
