"""What is computed for documents in a process of its own, because it may take long."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import Interface


class IDocumentChecks(Interface):
    """Tries large edits and folds large documents, away from the process that serves everybody."""

    async def try_update(state: bytes, update: bytes) -> int:
        """Try an update on a document and return how many structs the document holds with it.

        Raises:
            SagewsError: `bad-update` when it is refused, or takes longer than it may; `limit` when too many wait.
        """

    async def fold(snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """Return a stored document as one update; raises SagewsError `internal` or `limit`."""
