"""What is computed for documents in processes of their own, because it may take long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zope.interface import Interface

from sagews.model.formats.imported import ImportedFile
from sagews.model.identifiers import UserId
from sagews.model.updates import Counts, LoadableState, TriedUpdate
from sagews.model.worksheet.outline import Outline

State = Callable[[], bytes]
"""Encodes a document; asked when the turn of a question has come, so that what waits holds no copy."""


class IDocumentChecks(Interface):
    """Works on large documents away from the process that serves everybody.

    Accounts take turns, each with one question at a time, so that nobody waits behind the questions of another. Every
    call raises SagewsError `limit` when too many questions of the account wait, or when one takes longer than it may.
    """

    async def try_update(account: UserId, state: State, update: bytes, counts: Counts) -> TriedUpdate:
        """Try an update on a document of which so much is known.

        Raises:
            SagewsError: `bad-update` when it is refused, or takes longer than it may.
        """

    async def load(account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> LoadableState:
        """Cut a stored document into pieces; raises SagewsError `internal` when it can't be read."""

    async def fold(account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """Return a stored document as one update; raises SagewsError `internal` when it can't be read."""

    async def compact(account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes | None:
        """Return a stored document without its past as one update; None if that is hardly worth it.

        It is if much less remains of it, or many pages had a part in it.

        Raises:
            SagewsError: `internal` when it can't be read.
        """

    async def text(account: UserId, state: State) -> str:
        """Return a document as its file (`name.sage.md`)."""

    async def title(account: UserId, state: State) -> str:
        """Return a document's title, else its first heading, else nothing."""

    async def outlines(account: UserId, texts: Sequence[str]) -> Sequence[Outline]:
        """Return the code cells of files, of each in its place; none of a file that is no worksheet."""

    async def merge(account: UserId, state: State, text: str, *, notebook: bool = False) -> Sequence[bytes]:
        """Return updates that bring a document to what a file says, in order; none if it says so already.

        Args:
            account: in whose turn.
            state: the document.
            text: the file.
            notebook: whether it is a notebook.

        Raises:
            SagewsError: `too-large` or `limit` for a text beyond the bounds of a worksheet, `bad-file` for a notebook
                that is none, or that could not be saved whole.
        """

    async def opened(account: UserId, data: bytes) -> ImportedFile:
        """Read a notebook that is to stay one: its text as it is, with what its cells had shown.

        Raises:
            SagewsError: `bad-file` with what to do about it, also for one that could not be saved with all that is in
                it; `too-large` or `limit` beyond the bounds of a worksheet.
        """

    async def notebook(account: UserId, state: State, outputs: State) -> str:
        """Return a document as a notebook.

        Args:
            account: in whose turn.
            state: the document.
            outputs: makes the JSON of what its cells showed: of each, by its id, the number of its last run and a list
                of pairs of kind and body.
        """

    async def imported(account: UserId, name: str, data: bytes) -> ImportedFile:
        """Read a file of another program, whose name says of which kind it is.

        Raises:
            SagewsError: `bad-file` with what to do about it; `too-large` or `limit` beyond the bounds of a worksheet.
        """

    async def exported(account: UserId, form: str, state: State, outputs: State) -> bytes:
        """Write a document as a file of another program.

        Args:
            account: in whose turn.
            form: one of the formats of model/formats/table.py.
            state: the document.
            outputs: makes the JSON of what its cells showed: a list of pairs of kind and body for each cell's id.

        Raises:
            SagewsError: `bad-value` for another form; `limit` when the file would be too large.
        """
