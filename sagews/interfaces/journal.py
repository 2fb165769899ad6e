"""The interface through which the live side writes everything that documents bring forth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zope.interface import Interface

from sagews.model.identifiers import DocumentId
from sagews.model.runs import Committed, DocumentWrite


class IJournal(Interface):
    """Edits, runs and output on their way into the store."""

    async def commit(writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Commit what several documents have (each at most once), in one transaction, in order.

        A piece that is there already is left as it is; pieces of runs that belong to another document, or to none, are
        left out; what has ended stays as it ended. A run id belongs to the document that came with it first: runs of
        others under it are left out, with their pieces, and named.

        Returns:
            What became of each document under whose lease this happened. Of a document that is missing another backend
            holds the lease: nothing of it was written.
        """
