"""What every IRunStore does. Mix into a trial TestCase that has `make_runs`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zope.interface.verify import verifyObject

from sagews.interfaces.runs import IRunStore
from sagews.model.identifiers import CellId, DocumentId, RunId, SessionId, UserId, new_id
from sagews.model.sessions import PieceKind, Run, RunState, StoredPiece
from tests.contracts.accounts import refused
from tests.contracts.documents import AUTHOR

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def make_run(document: DocumentId, cell: str = "abc123", state: RunState = RunState.QUEUED) -> Run:
    """Return a run of a cell."""
    return Run(
        RunId(new_id()),
        document,
        CellId(cell),
        "shared",
        SessionId(new_id()),
        UserId(AUTHOR),
        1,
        state,
        "0" * 64,
        NOW,
        None,
        None,
        None,
    )


def make_piece(run: Run, sequence: int, text: str = "text") -> StoredPiece:
    """Return a piece of output."""
    return StoredPiece(run.id, sequence, PieceKind.STREAM, {"name": "stdout", "text": text})


class RunStoreContract:
    """The contract; `make_runs` returns a store and two documents in a workspace whose lease has epoch 3."""

    async def make_runs(self) -> tuple[Any, DocumentId, DocumentId]:
        """Return a store and two documents."""
        raise NotImplementedError

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IRunStore, (await self.make_runs())[0])

    async def test_runs_once(self) -> None:
        """The same run id is stored once."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        assert await store.put_run(run) is True
        assert await store.put_run(replace(run, number=2)) is False
        assert await store.last_runs(document) == [run]

    async def test_state(self) -> None:
        """A run's state and times are kept; what has ended stays as it ended."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        await store.put_run(run)
        later = NOW + timedelta(seconds=2)
        await store.set_state(run.id, "running", NOW, None, None)
        await store.set_state(run.id, "done", None, later, 1.5)
        await store.set_state(run.id, "running", later, None, None)
        expected = replace(run, state=RunState.DONE, started=NOW, finished=later, seconds=1.5)
        assert await store.last_runs(document) == [expected]
        await store.set_state(RunId(new_id()), "done", None, later, 1.5)

    async def test_commit_and_read_pieces(self) -> None:
        """Pieces and states are committed together and read in order from any number on."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        await store.put_run(run)
        running = replace(run, state=RunState.RUNNING, started=NOW)
        pieces = [make_piece(run, number) for number in (1, 2, 3, 4, 5)]
        await store.commit(document, 3, pieces[:3], [running])
        await store.commit(document, 3, pieces[3:], [])
        assert await store.pieces(run.id, 1, 100) == pieces
        assert await store.pieces(run.id, 4, 100) == pieces[3:]
        assert await store.pieces(run.id, 2, 2) == pieces[1:3]
        assert await store.last_runs(document) == [running]

    async def test_first_text_under_a_number_stays(self) -> None:
        """A piece that is there already is left as it is, so that no number ever has two texts."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        await store.put_run(run)
        await store.commit(document, 3, [make_piece(run, 1, "first")], [])
        await store.commit(document, 3, [make_piece(run, 1, "second"), make_piece(run, 2)], [])
        assert [piece.body["text"] for piece in await store.pieces(run.id, 1, 9)] == ["first", "text"]

    async def test_commit_stores_a_run_that_is_new(self) -> None:
        """A state of a run that was not stored yet stores it, with its pieces, and its last state counts."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        done = replace(run, state=RunState.DONE, started=NOW, finished=NOW, seconds=0.25)
        await store.commit(document, 3, [make_piece(run, 1)], [run, done])
        assert await store.last_runs(document) == [done]
        assert len(await store.pieces(run.id, 1, 9)) == 1

    async def test_foreign_pieces_are_left_out(self) -> None:
        """Pieces of another document's run, or of no run, are not stored under this document's fence."""
        store, document, other = await self.make_runs()
        run = make_run(other)
        await store.put_run(run)
        stray = StoredPiece(RunId(new_id()), 1, PieceKind.STREAM, {})
        await store.commit(document, 3, [make_piece(run, 1), stray], [replace(run, document=document)])
        assert await store.pieces(run.id, 1, 9) == []
        assert await store.pieces(stray.run, 1, 9) == []

    async def test_fenced(self) -> None:
        """Who does not hold the lease's epoch commits nothing."""
        store, document, _ = await self.make_runs()
        run = make_run(document)
        await store.put_run(run)
        await refused(store.commit(document, 2, [make_piece(run, 1)], []), "conflict")
        await refused(store.new_epoch(document, 4), "conflict")
        assert await store.pieces(run.id, 1, 9) == []

    async def test_new_epoch_gives_up_unfinished_runs(self) -> None:
        """A new life marks what an earlier one left unfinished as lost, in order, and nothing else."""
        store, document, other = await self.make_runs()
        queued, running = make_run(document, "aaaa"), make_run(document, "bbbb", RunState.RUNNING)
        done, foreign = make_run(document, "cccc", RunState.DONE), make_run(other)
        for run in (queued, running, done, foreign):
            await store.put_run(run)
        assert await store.new_epoch(document, 3) == [queued.id, running.id]
        assert await store.new_epoch(document, 3) == []
        states = [run.state for run in await store.last_runs(document)]
        assert states == [RunState.LOST, RunState.LOST, RunState.DONE]
        assert [run.state for run in await store.last_runs(other)] == [RunState.QUEUED]
        await store.set_state(queued.id, "running", NOW, None, None)
        await store.set_state(running.id, "done", None, NOW, 1.0)
        states = [run.state for run in await store.last_runs(document)]
        assert states == [RunState.LOST, RunState.DONE, RunState.DONE]

    async def test_last_run_of_each_cell(self) -> None:
        """Of each cell the run that was stored last is returned."""
        store, document, _ = await self.make_runs()
        runs = [make_run(document, cell) for cell in ("aaaa", "bbbb", "aaaa", "cccc")]
        for run in runs:
            await store.put_run(run)
        assert [run.id for run in await store.last_runs(document)] == [run.id for run in runs[1:]]

    async def test_delete_old(self) -> None:
        """Output goes that is neither a cell's last nor kept nor still growing."""
        store, document, other = await self.make_runs()
        old, kept, growing, last = (make_run(document, state=RunState.DONE) for _ in range(4))
        growing = replace(growing, state=RunState.RUNNING)
        foreign = make_run(other, state=RunState.DONE)
        for run in (old, kept, growing, last):
            await store.commit(document, 3, [make_piece(run, 1), make_piece(run, 2)], [run])
        await store.commit(other, 3, [make_piece(foreign, 1)], [foreign])
        assert await store.delete_old(document, [kept.id]) == 2
        counts = [len(await store.pieces(run.id, 1, 9)) for run in (old, kept, growing, last, foreign)]
        assert counts == [0, 2, 2, 2, 1]
