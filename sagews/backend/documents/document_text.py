"""What a document says as a whole: its file, its title, and how it is brought to another text.

Each takes about thirty microseconds for each cell and more for large ones: a small worksheet's is done at once, a
larger one's in a process of its own (checks/), in the turn of the account that changed it last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.crdt.document import WorksheetDocument, own_title, title_of
from sagews.backend.crdt.heavy import merged
from sagews.backend.crdt.worksheet_text import to_text
from sagews.backend.documents.loading import loaded
from sagews.errors import SagewsError
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.workspaces import Document
from sagews.net.background import run_in_background

# What a worksheet may have to be written, or be merged with, in the turn in which somebody asks: a few milliseconds. A
# cell that keeps how its file wrote it costs two for each kilobyte.
SMALL_CELLS = 100
SMALL_BYTES = 8 * 1024
# The first heading of a large worksheet without a title is looked for so often, since somebody who types may be at it.
TITLE_SECONDS = 20.0


class DocumentText:
    """The text of one document.

    Args:
        clock: tells the time.
        document: which one it is, for the log.
        doc: its live text.
        checks: does what is large.
        account: returns in whose turn that is.
        title: what it was called last.
    """

    __slots__ = ("_account", "_asked", "_asking", "_checks", "_clock", "_doc", "_document", "_title")
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        document: DocumentId,
        doc: WorksheetDocument,
        checks: IDocumentChecks,
        account: Callable[[], UserId],
        title: str,
    ) -> None:
        self._clock = clock
        self._document = document
        self._doc = doc
        self._checks = checks
        self._account = account
        self._title = title
        self._asked = float("-inf")
        self._asking = False

    def take(self, doc: WorksheetDocument) -> None:
        """Go on with another document that says the same."""
        self._doc = doc

    @property
    def small(self) -> bool:
        """Whether it can be written in the turn in which somebody asks."""
        return self._doc.size <= SMALL_BYTES and len(self._doc.cells) <= SMALL_CELLS

    async def written(self) -> str:
        """Return the worksheet as its file.

        Raises:
            SagewsError: `limit` when that takes too long, or too much of the account waits.
        """
        if self.small:
            return to_text(self._doc)
        return str(await self._checks.text(self._account(), self._doc.get_update))

    async def notebook(self, outputs: bytes) -> str:
        """Return the worksheet as a notebook.

        Args:
            outputs: what its cells showed, as `whole_outputs` has it.

        Raises:
            SagewsError: as `written`.
        """
        return str(await self._checks.notebook(self._account(), self._doc.get_update, lambda: outputs))

    async def merged(self, user: UserId, text: str, *, notebook: bool) -> Sequence[bytes]:
        """Return updates that bring the document to what a file says, in order; none if it says so.

        Nothing else may change the document until they are applied (edit_order.py).

        Raises:
            SagewsError: `too-large` or `limit`; `bad-file` for a notebook that can't be kept whole.
        """
        pieces: Sequence[bytes]
        if self.small and len(text) <= SMALL_BYTES and not notebook:
            pieces = merged(self._doc.get_update(), text)
        else:
            pieces = await self._checks.merge(user, self._doc.get_update, text, notebook=notebook)
        return pieces

    def note_title(self, take: Callable[[str], None]) -> None:
        """Tell the title: of a large worksheet without one the last that is known, and the present one soon."""
        own = own_title(self._doc)
        if own or self.small:
            self._title = own or title_of(self._doc)
        elif not self._asking and self._clock.seconds() - self._asked >= TITLE_SECONDS:
            self._asking, self._asked = True, self._clock.seconds()
            run_in_background(self._look_for_title(take), self._log, "title", self._document)
        take(self._title)

    async def _look_for_title(self, take: Callable[[str], None]) -> None:
        try:
            self._title = await self._checks.title(self._account(), self._doc.get_update)
        except SagewsError as error:
            # A list shows the former one meanwhile, and a daemon that stops has no need of it.
            self._log.debug("no title: {code}", code=error.code, correlation=self._document)
        else:
            take(self._title)
        finally:
            self._asking = False


async def stored_text(
    clock: IReactorTime, checks: IDocumentChecks, account: UserId, documents: IDocumentStore, about: Document
) -> str | None:
    """Return the text of a worksheet that is not open, without its outputs; None if it was never opened.

    Args:
        clock: tells the time.
        checks: does what is large.
        account: in whose turn that is.
        documents: the store.
        about: which worksheet.

    Raises:
        SagewsError: `database`, `limit`, and `internal` when what is stored can't be read.
    """
    stored = await documents.load(about.workspace, about.id)
    if not stored.size:
        return None
    doc = await loaded(clock, checks, account, stored)
    return await DocumentText(clock, about.id, doc, checks, lambda: account, about.title).written()
