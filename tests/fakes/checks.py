"""Document checks in the test's own process; passes tests/contracts/checks.py like the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from zope.interface import implementer

from sagews.backend.checks.formats import exported, imported
from sagews.backend.checks.notebooks import as_notebook, opened
from sagews.backend.crdt.heavy import compact, fold, loadable, merged, text_of, title_in, try_heavy
from sagews.interfaces.checks import IDocumentChecks, State
from sagews.model.formats.imported import ImportedFile
from sagews.model.identifiers import UserId
from sagews.model.updates import Counts, LoadableState, TriedUpdate
from sagews.model.worksheet.outline import Outline, outline


@implementer(IDocumentChecks)
@dataclass
class InlineChecks:
    """Computes at once, or, while `held` is set, once that fires; remembers for whom."""

    held: Deferred[None] | None = None
    tried: list[int] = field(default_factory=list)
    folded: list[int] = field(default_factory=list)
    asked: list[tuple[str, UserId]] = field(default_factory=list)

    async def _begin(self, what: str, account: UserId) -> None:
        self.asked.append((what, account))
        if self.held is not None:
            await self.held

    async def try_update(self, account: UserId, state: State, update: bytes, counts: Counts) -> TriedUpdate:
        """Try an update."""
        self.tried.append(len(update))
        await self._begin("try", account)
        # However slow the machine of the test is, no update is refused for that.
        return try_heavy(state(), update, counts, limit=60.0)

    async def load(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> LoadableState:
        """Cut a document into pieces."""
        await self._begin("load", account)
        return loadable(snapshot, updates)

    async def text(self, account: UserId, state: State) -> str:
        """Write a document's file."""
        await self._begin("text", account)
        return text_of(state())

    async def title(self, account: UserId, state: State) -> str:
        """Tell a document's title."""
        await self._begin("title", account)
        return title_in(state())

    async def merge(self, account: UserId, state: State, text: str, *, notebook: bool = False) -> Sequence[bytes]:
        """Bring a document to a text."""
        await self._begin("merge", account)
        return merged(state(), text, notebook=notebook)

    async def opened(self, account: UserId, data: bytes) -> ImportedFile:
        """Read a notebook."""
        await self._begin("open", account)
        return opened(data)

    async def notebook(self, account: UserId, state: State, outputs: State) -> str:
        """Write a notebook."""
        await self._begin("notebook", account)
        return as_notebook(state(), outputs())

    async def outlines(self, account: UserId, texts: Sequence[str]) -> Sequence[Outline]:
        """Read worksheets."""
        await self._begin("outline", account)
        return [outline(text) for text in texts]

    async def compact(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes | None:
        """Let go of a document's past."""
        await self._begin("compact", account)
        return compact(snapshot, updates)

    async def fold(self, account: UserId, snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
        """Fold a document."""
        self.folded.append(len(updates))
        await self._begin("fold", account)
        return fold(snapshot, updates)

    async def imported(self, account: UserId, name: str, data: bytes) -> ImportedFile:
        """Read a file."""
        await self._begin("import", account)
        return imported(name, data)

    async def exported(self, account: UserId, form: str, state: State, outputs: State) -> bytes:
        """Write a file."""
        await self._begin("export", account)
        return exported(form, state(), outputs())
