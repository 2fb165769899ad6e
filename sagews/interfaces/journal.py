"""The interface through which the live side writes everything that documents bring forth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zope.interface import Interface

from sagews.model.identifiers import DocumentId
from sagews.model.runs import DocumentWrite


class IJournal(Interface):
    """Edits, runs and output on their way into the store."""

    async def commit(writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, int]:
        """Commit what several documents have (each at most once), in one transaction, in order.

        A piece that is there already is left as it is; pieces of runs that belong to another document, or to none, are
        left out; what has ended stays as it ended.

        Returns:
            For each document under whose lease this happened, the number of its last update, or 0 if none was among
            these. Of a document that is missing another backend holds the lease: nothing of it was written.
        """
