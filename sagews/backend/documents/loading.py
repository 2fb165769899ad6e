"""Large documents are loaded, and mirrored, piece by piece: everybody else has turns between the pieces.

How long a document takes to load is up to whoever made it. So what is large is cut up in a process of its own
(checks/), where it is also counted what its edits may cost.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from sagews.backend.crdt.document import SMALL_STATE, WorksheetDocument, load
from sagews.backend.crdt.validator import Mirror
from sagews.interfaces.checks import IDocumentChecks
from sagews.model.identifiers import UserId
from sagews.model.updates import StoredText
from sagews.net.background import sleep


async def loaded(
    clock: IReactorTime, checks: IDocumentChecks, account: UserId, stored: StoredText
) -> WorksheetDocument:
    """Return the document that the store holds.

    Raises:
        SagewsError: `internal` when what is stored can't be read; `limit` when that takes too long.
    """
    if stored.size <= SMALL_STATE:
        document = load(stored.snapshot, stored.updates)
        document.past = stored.past
        return document
    found = await checks.load(account, stored.snapshot, stored.updates)
    document = WorksheetDocument()
    document.past = stored.past
    for piece in found.pieces:
        document.apply_update(piece)
        await sleep(clock, 0)
    document.structs, document.first = found.structs, found.crowd
    return document


async def mirror_of(
    clock: IReactorTime, checks: IDocumentChecks, account: UserId, state: Callable[[], bytes]
) -> Mirror:
    """Return a mirror of a large document, which nothing else may change meanwhile."""
    found = await checks.load(account, state(), ())
    mirror = Mirror()
    for piece in found.pieces:
        mirror.follow(piece)
        await sleep(clock, 0)
    for _ in mirror.measure():
        await sleep(clock, 0)
    return mirror
