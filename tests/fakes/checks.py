"""Document checks in the test's own process; passes tests/contracts/checks.py like the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from zope.interface import implementer

from sagews.backend.crdt.heavy import fold, try_heavy
from sagews.interfaces.checks import IDocumentChecks


@implementer(IDocumentChecks)
@dataclass
class InlineChecks:
    """Computes at once, or, while `held` is set, once that fires."""

    held: Deferred[None] | None = None
    tried: list[int] = field(default_factory=list)
    folded: list[int] = field(default_factory=list)

    async def try_update(self, state: bytes, update: bytes) -> int:
        """Try an update."""
        self.tried.append(len(update))
        if self.held is not None:
            await self.held
        # However slow the machine of the test is, no update is refused for that.
        return try_heavy(state, update, limit=60.0).structs

    async def fold(self, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """Fold a document."""
        self.folded.append(len(updates))
        return fold(snapshot, updates)
