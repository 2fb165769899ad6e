"""A worksheet with a past, or in which many pages had a part."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred

from sagews.backend.crdt.document import cells_in_order, load
from sagews.backend.service import Backend
from sagews.errors import SagewsError
from tests.backend.harness import BackendTestCase, Page

SMALL = 4096
MEBIBYTE = 1024 * 1024


def number(value: int) -> bytes:
    """Return a number as updates have it."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)


def named(clients: range) -> bytes:
    """Return an update with one deleted struct of each of these pages."""
    return number(len(clients)) + b"".join(b"\1" + number(client) + b"\0\0\1" for client in clients) + b"\0"


class Late:
    """A database whose answer is lost: it goes on with what it was told first, and what comes next waits for that.

    Attributes:
        asked: how often it was told to let go of a past.
    """

    def __init__(self, compact: Callable[..., Coroutine[Any, Any, None]]) -> None:
        self.asked = 0
        self._compact = compact
        self._first: tuple[Any, ...] = ()
        self._committed: Deferred[None] = Deferred()

    async def compact(self, *what: Any) -> None:
        """Let go of a past, some time."""
        self.asked += 1
        if self.asked == 1:
            self._first = what
            raise SagewsError("database")
        if not self._committed.called:
            await self._committed
        await self._compact(*what)

    def commit(self) -> None:
        """Be done with what came first."""
        Deferred.fromCoroutine(self._compact(*self._first))
        self._committed.callback(None)


class PastCase(BackendTestCase):
    """A worksheet with a past."""

    def grown(self, past: int = 0) -> tuple[Page, str]:
        """Return a page whose worksheet has far more past than text, all of it saved, and what it says."""
        page = self.opened()
        for number in range(400):
            self.say_edit(page, f"x = {number}  # " + "a" * 40, past)
            self.later(0.001)
        for _ in range(20):
            self.later(0.02)
        self.assertEqual(len(page.take("saved")), 400)
        return page, f"x = 399  # {'a' * 40}"

    def compacting(self) -> Backend:
        """Return a next life of the backend that lets go of what is much smaller than usual."""
        return self.life(compact_bytes=SMALL)

    def stored(self) -> int:
        """Return how many bytes are stored."""
        return int(self.done(self.documents.load(self.workspace, self.document)).size)

    def late_compact(self) -> Late:
        """Have the database lose a connection while it lets go of a past, and do so only when it is told to."""
        late = Late(self.documents.compact)
        self.patch(self.documents, "compact", late.compact)
        return late

    def crowd(self, clients: int) -> None:
        """Let so many pages have had a part in a small worksheet, which nobody has open."""
        page = self.opened()
        page.edit(self.document, "z = 1")
        self.later(1)
        page.lose()
        self.documents.updates[self.document].append((self.owner.id, named(range(100, 100 + clients))))
        self.backend = self.life(compact_bytes=MEBIBYTE, compact_open_bytes=MEBIBYTE)

    def opened_in_turns(self) -> Page:
        """Return a page that has opened a worksheet that is loaded piece by piece."""
        page = self.page()
        page.say(type="open", document=self.document)
        for _ in range(100):
            self.later(0.001)
        page.doc.apply_update(b64decode(page.last("opened")["update"]))
        return page

    def say_edit(self, page: Page, source: str, past: int = 0) -> list[dict[str, Any]]:
        """Have a page put a source before what its first cell says, and delete that; returns what it is told."""
        before, text = page.doc.get_state(), page.doc["cells"][page.cell()]["source"]
        with page.doc.transaction():
            # In this order: what was deleted before the place of an insertion is one mark with it.
            text.insert(0, source)
            del text[len(source) : len(text)]
        update = page.doc.get_update(before)
        return page.say(type="edit", document=self.document, edit=7, update=update, past=past)


def fresh_copy(opened: dict[str, Any]) -> Any:
    """Return a page's copy of what it was told, and of nothing else."""
    return load(b64decode(opened["update"]), [])


def said_in(opened: dict[str, Any]) -> str:
    """Return the text of the only cell of what a page was told."""
    document = load(b64decode(opened["update"]), [])
    (cell,) = cells_in_order(document)
    return cell.source
