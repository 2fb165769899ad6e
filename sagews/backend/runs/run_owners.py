"""Which open document has which run ids: pages choose them, and one that two had would be stored for one alone.

What documents that are not open have, the store says when it is asked to write (IJournal).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from sagews.backend.runs.waiting_texts import WaitingTexts
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId

TAKEN = "another worksheet has a run of this id"
# Of what a document leaves that is closed: a worksheet may know of twenty thousand runs, and many may close at once.
CLEARED_AT_ONCE = 1000

Known = OrderedDict[RunId, None]


@dataclass(eq=False, slots=True)
class RunOwner:
    """A document while it is open: one life of it.

    Attributes:
        document: which one.
        here: whether it is still open; what it had is anybody's otherwise.
    """

    document: DocumentId
    here: bool = True


class RunOwners:
    """The run ids of all documents that a backend has open, as far as these remember them.

    Args:
        clock: calls back in the reactor's next turn.

    Attributes:
        texts: what waits to be run in them.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self.texts = WaitingTexts()
        self._clock = clock
        self._owners: dict[RunId, RunOwner] = {}
        self._left: deque[tuple[RunOwner, Known]] = deque()

    def __len__(self) -> int:
        return len(self._owners)

    def check(self, document: DocumentId, runs: Iterable[RunId]) -> None:
        """Raise SagewsError `bad-value` if one of these ids is another document's."""
        for run in runs:
            owner = self._owners.get(run)
            if owner is not None and owner.here and owner.document != document:
                raise SagewsError("bad-value", field="run", reason=TAKEN)

    def claim(self, owner: RunOwner, run: RunId) -> None:
        """Note an id that was checked."""
        self._owners[run] = owner

    def release(self, owner: RunOwner, run: RunId) -> None:
        """Forget an id of this owner; one that another has by now stays."""
        if self._owners.get(run) is owner:
            del self._owners[run]

    def close(self, owner: RunOwner, known: Known) -> None:
        """Learn that a document is closed; its ids are free from now on, and forgotten in steps.

        Args:
            owner: the document.
            known: its ids; nobody else holds them any more.
        """
        owner.here = False
        self._left.append((owner, known))
        if len(self._left) == 1:
            self._clock.callLater(0, self._clear)

    def _clear(self) -> None:
        owner, known = self._left[0]
        for _ in range(min(CLEARED_AT_ONCE, len(known))):
            self.release(owner, known.popitem()[0])
        if not known:
            self._left.popleft()
        if self._left:
            self._clock.callLater(0, self._clear)
