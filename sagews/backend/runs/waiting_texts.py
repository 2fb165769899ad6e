"""The texts of cells that wait to be run: each is kept once for an account, and together they are bounded.

A run has the text that its cell had when it was asked for. A cell may hold a megabyte of text, and thousands of runs
may wait: a copy for each would be gigabytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from sagews.errors import SagewsError
from sagews.model.identifiers import UserId
from sagews.model.sizes import size_text

MOST_BYTES = 32 * 2**20
"""Bytes of memory that the texts of an account's waiting runs may take."""


@dataclass(slots=True)
class _Text:
    source: str
    runs: int


class WaitingTexts:
    """What waits in all documents of a backend."""

    def __init__(self) -> None:
        self._texts: dict[UserId, dict[str, _Text]] = {}
        self._bytes: dict[UserId, int] = {}

    def check(self, user: UserId, wanted: Iterable[tuple[str, str]]) -> None:
        """Raise SagewsError `limit` if there is no room for these texts as well.

        Args:
            user: whose.
            wanted: the hash and the source of each; what is kept already needs no room.
        """
        kept = self._texts.get(user, {})
        fresh = {digest: source for digest, source in wanted if digest not in kept}
        if self._bytes.get(user, 0) + sum(map(sys.getsizeof, fresh.values())) > MOST_BYTES:
            limit = f"{size_text(MOST_BYTES)} of text in cells that wait"
            raise SagewsError("limit", limit=limit, advice="Wait for some to end, or press Stop.")

    def take(self, user: UserId, digest: str, source: str) -> str:
        """Keep a text that was checked for one run more; return the one that is kept."""
        kept = self._texts.setdefault(user, {})
        text = kept.get(digest)
        if text is None:
            text = kept[digest] = _Text(source, 0)
            self._bytes[user] = self._bytes.get(user, 0) + sys.getsizeof(source)
        text.runs += 1
        return text.source

    def give_back(self, user: UserId, digest: str) -> None:
        """Learn that a run with this text waits no more."""
        kept = self._texts[user]
        text = kept[digest]
        text.runs -= 1
        if not text.runs:
            del kept[digest]
            self._bytes[user] -= sys.getsizeof(text.source)
        if not kept:
            del self._texts[user], self._bytes[user]
