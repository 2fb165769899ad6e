"""What accounts have stored, summed up."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import Interface

from sagews.model.identifiers import DocumentId, UserId


class IUsageStore(Interface):
    """Sums over the workspaces that a person has made, deleted ones that were not yet cleared too."""

    async def outputs(owner: UserId, but: Sequence[DocumentId]) -> int:
        """Return how many bytes of output are stored of this person's documents, but for some of them."""
