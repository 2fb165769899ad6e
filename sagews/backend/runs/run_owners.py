"""Which open document has which run ids: pages choose them, and one that two had would be stored for one alone.

What documents that are not open have, the store says when it is asked to write (IJournal).
"""

from __future__ import annotations

from collections.abc import Iterable

from sagews.backend.runs.waiting_texts import WaitingTexts
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId

TAKEN = "another worksheet has a run of this id"


class RunOwners:
    """The run ids of all documents that a backend has open, as far as these remember them.

    Attributes:
        texts: what waits to be run in them.
    """

    def __init__(self) -> None:
        self.texts = WaitingTexts()
        self._owners: dict[RunId, DocumentId] = {}

    def __len__(self) -> int:
        return len(self._owners)

    def check(self, document: DocumentId, runs: Iterable[RunId]) -> None:
        """Raise SagewsError `bad-value` if one of these ids is another document's."""
        if any(self._owners.get(run, document) != document for run in runs):
            raise SagewsError("bad-value", field="run", reason=TAKEN)

    def claim(self, document: DocumentId, run: RunId) -> None:
        """Note an id that was checked."""
        self._owners[run] = document

    def release(self, run: RunId) -> None:
        """Forget an id."""
        self._owners.pop(run, None)
