"""What every IRunStore does. Mix into a trial TestCase that has `make_runs`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any

from msgspec.structs import replace
from zope.interface.verify import verifyObject

from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import DocumentId
from sagews.model.runs import DocumentWrite
from sagews.model.sessions import RunState
from tests.contracts.accounts import check_refused
from tests.contracts.journal import make_piece, make_run


class RunStoreContract(metaclass=ABCMeta):
    """The contract; `make_runs` returns a store, a journal, and two documents under a lease of epoch 3."""

    @abstractmethod
    async def make_runs(self) -> tuple[Any, Any, DocumentId, DocumentId]:
        """Return a store, a journal and two documents."""

    @abstractmethod
    async def remove(self, document: DocumentId) -> None:
        """Remove one of the documents."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IRunStore, (await self.make_runs())[0])

    async def test_runs_once(self) -> None:
        """The same run id is stored once."""
        store, _, document, _ = await self.make_runs()
        run = make_run(document)
        assert await store.put_run(run, 3) == run
        assert await store.put_run(replace(run, number=2), 3) == run
        assert await store.last_runs(document) == [run]

    async def test_a_known_run_comes_back_as_it_is_stored(self) -> None:
        """Who asks for a run that is known learns how it stands; that of another document is not told."""
        store, journal, document, other = await self.make_runs()
        run = make_run(document)
        done = replace(run, state=RunState.DONE, finished=run.queued, seconds=0.5)
        await journal.commit([DocumentWrite(document, 3, runs=[done])])
        assert await store.put_run(run, 3) == done
        await check_refused(store.put_run(replace(run, document=other), 3), "bad-value")
        assert await store.last_runs(other) == []

    async def test_fenced(self) -> None:
        """Who does not hold the lease's epoch gives nothing up, stores nothing and deletes nothing."""
        store, journal, document, _ = await self.make_runs()
        old, last = (replace(make_run(document, state=RunState.DONE), printed=9) for _ in range(2))
        for run in (old, last):
            await journal.commit([DocumentWrite(document, 3, [], [run], [make_piece(run, 1)])])
        for epoch in (2, 4):
            await check_refused(store.new_epoch(document, epoch), "conflict")
            await check_refused(store.put_run(make_run(document, "late"), epoch), "conflict")
            await check_refused(store.put_run(last, epoch), "conflict")
            await check_refused(store.delete_old(document, epoch, []), "conflict")
            await check_refused(store.clear(document, epoch, [last.id]), "conflict")
        assert await store.last_runs(document) == [last]
        assert len((await store.pieces(document, old.id, 1, 9)).pieces) == 1

    async def test_new_epoch_gives_up_unfinished_runs(self) -> None:
        """A new life marks what an earlier one left unfinished as lost, in order, and nothing else."""
        store, _, document, other = await self.make_runs()
        queued, running = make_run(document, "aaaa"), make_run(document, "bbbb", RunState.RUNNING)
        done, foreign = make_run(document, "cccc", RunState.DONE), make_run(other)
        for run in (queued, running, done, foreign):
            await store.put_run(run, 3)
        assert await store.new_epoch(document, 3) == [queued.id, running.id]
        assert await store.new_epoch(document, 3) == []
        states = [run.state for run in await store.last_runs(document)]
        assert states == [RunState.LOST, RunState.LOST, RunState.DONE]
        assert [run.state for run in await store.last_runs(other)] == [RunState.QUEUED]

    async def test_last_run_of_each_cell(self) -> None:
        """Of each cell the run that was stored last is returned."""
        store, _, document, _ = await self.make_runs()
        runs = [make_run(document, cell) for cell in ("aaaa", "bbbb", "aaaa", "cccc")]
        for run in runs:
            await store.put_run(run, 3)
        assert [run.id for run in await store.last_runs(document)] == [run.id for run in runs[1:]]

    async def test_delete_old(self) -> None:
        """Output goes that is neither a cell's last nor kept nor still growing."""
        store, journal, document, other = await self.make_runs()
        old, kept, growing, last = (replace(make_run(document, state=RunState.DONE), printed=9) for _ in range(4))
        growing = replace(growing, state=RunState.RUNNING)
        foreign = make_run(other, state=RunState.DONE)
        for run in (old, kept, growing, last):
            await journal.commit([DocumentWrite(document, 3, [], [run], [make_piece(run, 1), make_piece(run, 2)])])
        await journal.commit([DocumentWrite(other, 3, [], [foreign], [make_piece(foreign, 1)])])
        assert await store.delete_old(document, 3, [kept.id]) == 2
        counts = [
            len((await store.pieces(run.document, run.id, 1, 9)).pieces) for run in (old, kept, growing, last, foreign)
        ]
        assert counts == [0, 2, 2, 2, 1]

    async def test_clear(self) -> None:
        """Output of the runs that are named goes, if they are over and of this document; that they ran stays."""
        store, journal, document, other = await self.make_runs()
        one, two = (replace(make_run(document, cell, RunState.DONE), printed=9) for cell in ("aaaa", "bbbb"))
        growing = make_run(document, "cccc", RunState.RUNNING)
        foreign = replace(make_run(other, state=RunState.DONE), printed=9)
        for run in (one, two, growing, foreign):
            await journal.commit([DocumentWrite(run.document, 3, [], [run], [make_piece(run, 1), make_piece(run, 2)])])
        assert await store.clear(document, 3, [one.id, growing.id, foreign.id]) == 2
        assert [run.printed for run in await store.last_runs(document)] == [0, 9, 0]
        counts = [len((await store.pieces(run.document, run.id, 1, 9)).pieces) for run in (one, two, growing, foreign)]
        assert counts == [0, 2, 2, 2]

    async def test_how_much_a_lost_run_printed(self) -> None:
        """A run that an earlier life left unfinished says how much the store has of it, at least its text."""
        store, journal, document, _ = await self.make_runs()
        running = make_run(document, state=RunState.RUNNING)
        pieces = [make_piece(running, number, "x" * 500) for number in (1, 2)]
        await journal.commit([DocumentWrite(document, 3, [], [running], pieces)])
        await store.new_epoch(document, 3)
        [lost] = await store.last_runs(document)
        assert 1000 < lost.printed < 2000

    async def test_what_removed_documents_printed(self) -> None:
        """Output of a document that was removed is cleared away, some runs at a time; others keep theirs."""
        store, journal, document, other = await self.make_runs()
        runs = [replace(make_run(document, cell, RunState.DONE), printed=9) for cell in ("aaaa", "bbbb")]
        runs.append(replace(make_run(other, state=RunState.DONE), printed=9))
        for run in runs:
            await journal.commit([DocumentWrite(run.document, 3, [], [run], [make_piece(run, 1)])])
        assert await store.clear_removed(10, 99) == 0
        await self.remove(document)
        assert [await store.clear_removed(10, 9) for _ in range(3)] == [1, 1, 0]
        counts = [len((await store.pieces(run.document, run.id, 1, 9)).pieces) for run in runs]
        assert counts == [0, 0, 1]
