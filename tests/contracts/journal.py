"""What every IJournal does, seen through the stores that read. Mix into a trial TestCase that has `make_journal`."""

from __future__ import annotations

import json
from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from zope.interface.verify import verifyObject

from sagews.interfaces.journal import IJournal
from sagews.model.identifiers import CellId, DocumentId, RunId, SessionId, UserId, WorkspaceId, new_id
from sagews.model.runs import Committed, DocumentWrite, OutputPage, Run, StoredPiece
from sagews.model.sessions import EncodedBody, PieceKind, RunState
from sagews.model.updates import StoredText

AUTHOR = UserId("01890a5d-ac96-774b-bcce-b302099a8057")
NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def make_run(document: DocumentId, cell: str = "abc123", state: RunState = RunState.QUEUED) -> Run:
    """Return a run of a cell."""
    run, session = RunId(new_id()), SessionId(new_id())
    return Run(run, document, CellId(cell), "shared", session, AUTHOR, 1, state, "0" * 64, NOW)


def make_piece(run: Run, sequence: int, text: str = "text") -> StoredPiece:
    """Return a piece of output."""
    return StoredPiece(run.id, sequence, PieceKind.STREAM, {"name": "stdout", "text": text})


def read(page: OutputPage) -> list[tuple[int, PieceKind, Any]]:
    """Return what pieces say, in order."""
    return [(piece.sequence, piece.kind, json.loads(piece.body)) for piece in page.pieces]


def told(pieces: Sequence[StoredPiece]) -> list[tuple[int, PieceKind, Any]]:
    """Return the same of pieces that were written."""
    return [(piece.sequence, piece.kind, piece.body) for piece in pieces]


def edits(document: DocumentId, *data: bytes, epoch: int = 3) -> DocumentWrite:
    """Return edits of a document."""
    return DocumentWrite(document, epoch, updates=[(AUTHOR, each) for each in data])


class JournalContract(metaclass=ABCMeta):
    """The contract; `make_journal` returns it, document and run store, and two documents under a lease of epoch 3."""

    space: WorkspaceId

    @abstractmethod
    async def make_journal(self) -> tuple[Any, Any, Any, DocumentId, DocumentId]:
        """Return journal, documents, runs, and the two."""

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IJournal, (await self.make_journal())[0])

    async def test_many_documents_in_one_commit(self) -> None:
        """Edits of several documents are committed together, each document's in order and numbered by itself."""
        journal, documents, _, one, two = await self.make_journal()
        batch = [number.to_bytes(2, "big") for number in range(500)]
        assert await journal.commit([edits(one, *batch), edits(two, b'{"\\', b"\x00\xff")]) == {
            one: Committed(500),
            two: Committed(2),
        }
        assert await journal.commit([edits(two, b"third"), DocumentWrite(one, 3)]) == {
            two: Committed(3),
            one: Committed(0),
        }
        assert await documents.load(self.space, one) == StoredText(None, batch)
        assert await documents.load(self.space, two) == StoredText(None, [b'{"\\', b"\x00\xff", b"third"])

    async def test_large_values(self) -> None:
        """Edits and pieces of any size are committed with small ones, in order; of a lost lease they are not."""
        journal, documents, runs, one, two = await self.make_journal()
        run, other = make_run(one), make_run(two)
        data = [b"1", bytes(range(256)) * 2_000, b"3"]
        pieces = [make_piece(run, 1), make_piece(run, 2, "é" * 400_000), make_piece(run, 3)]
        lost = DocumentWrite(two, 2, [(AUTHOR, b"x" * 400_000)], [other], [make_piece(other, 1, "x" * 400_000)])
        write = DocumentWrite(one, 3, [(AUTHOR, each) for each in data], [run], pieces)
        assert await journal.commit([lost, write]) == {one: Committed(3)}
        assert await documents.load(self.space, one) == StoredText(None, data)
        assert await documents.load(self.space, two) == StoredText(None, [])
        page = await runs.pieces(one, run.id, 1, 10)
        assert (read(page), page.more) == (told(pieces[:2]), True)
        assert read(await runs.pieces(one, run.id, 3, 10)) == told(pieces[2:])
        assert (await runs.pieces(two, other.id, 1, 10)).pieces == []

    async def test_a_lost_lease_fails_alone(self) -> None:
        """Who does not hold the lease's epoch writes nothing, is named by its absence, and holds nobody up."""
        journal, documents, runs, one, two = await self.make_journal()
        stray, run, late = DocumentId(new_id()), make_run(two), make_run(one)
        writes = [
            replace(edits(one, b"late", epoch=2), runs=[late], pieces=[make_piece(late, 1)]),
            edits(stray, b"nowhere"),
            DocumentWrite(two, 3, [(AUTHOR, b"good")], [run], [make_piece(run, 1)]),
        ]
        assert await journal.commit(writes) == {two: Committed(1)}
        assert await documents.load(self.space, one) == StoredText(None, [])
        assert await runs.last_runs(one) == []
        assert read(await runs.pieces(one, late.id, 1, 9)) == []
        assert await documents.load(self.space, two) == StoredText(None, [b"good"])
        assert read(await runs.pieces(two, run.id, 1, 9)) == told([make_piece(run, 1)])
        assert await journal.commit([edits(two, b"early", epoch=4)]) == {}

    async def test_a_piece_with_its_json(self) -> None:
        """A large piece, which brings its JSON, is read as one that does not."""
        journal, _, runs, document, _ = await self.make_journal()
        run = make_run(document)
        await runs.put_run(run, 3)
        body = {"data": {"text/plain": "\u222b\"\\'\n{}%s" * 9}, "metadata": {}}
        encoded = EncodedBody(body, json.dumps(body, ensure_ascii=False).encode())
        await journal.commit([DocumentWrite(document, 3, pieces=[StoredPiece(run.id, 1, PieceKind.DISPLAY, encoded)])])
        assert read(await runs.pieces(document, run.id, 1, 9)) == [(1, PieceKind.DISPLAY, body)]

    async def test_runs_and_pieces(self) -> None:
        """Pieces and states are committed together and read in order from any number on."""
        journal, _, runs, document, _ = await self.make_journal()
        run = make_run(document)
        await runs.put_run(run, 3)
        running = replace(run, state=RunState.RUNNING, started=NOW)
        pieces = [make_piece(run, number) for number in (1, 2, 3, 4, 5)]
        await journal.commit([DocumentWrite(document, 3, [], [running], pieces[:3])])
        await journal.commit([DocumentWrite(document, 3, pieces=pieces[3:])])
        assert read(await runs.pieces(document, run.id, 1, 100)) == told(pieces)
        assert read(await runs.pieces(document, run.id, 4, 100)) == told(pieces[3:])
        assert read(await runs.pieces(document, run.id, 2, 2)) == told(pieces[1:3])
        assert [(await runs.pieces(document, run.id, 1, limit)).more for limit in (2, len(pieces), 100)] == [
            True,
            False,
            False,
        ]
        assert await runs.last_runs(document) == [running]

    async def test_output_is_read_in_bounded_parts(self) -> None:
        """Large pieces come a few at a time, each part at least one, and it is told whether there are more."""
        journal, _, runs, document, _ = await self.make_journal()
        run = make_run(document, state=RunState.RUNNING)
        pieces = [make_piece(run, number, "x" * 100_000) for number in range(1, 8)]
        await journal.commit([DocumentWrite(document, 3, [], [run], pieces)])
        first = await runs.pieces(document, run.id, 1, 100)
        assert (read(first), first.more) == (told(pieces[:3]), True)
        counted = await runs.pieces(document, run.id, 1, 2)
        assert (read(counted), counted.more) == (told(pieces[:2]), True)
        last = await runs.pieces(document, run.id, 6, 100)
        assert (read(last), last.more) == (told(pieces[5:]), False)
        assert (await runs.pieces(document, run.id, 8, 100)).more is False

    async def test_a_run_that_is_new_and_over(self) -> None:
        """A run that was queued, ran and ended meanwhile is stored once, with its pieces."""
        journal, _, runs, document, _ = await self.make_journal()
        done = replace(make_run(document), state=RunState.DONE, started=NOW, finished=NOW, seconds=0.25)
        quoted = make_piece(done, 1, 'a "quoted", {braced}\\ text\n\N{SNOWMAN} NULL')
        write = DocumentWrite(document, 3, [], [done], [quoted, make_piece(done, 2)])
        await journal.commit([write])
        # A commit whose answer was lost comes again.
        await journal.commit([write])
        assert await runs.last_runs(document) == [done]
        assert read(await runs.pieces(document, done.id, 1, 9)) == told([quoted, make_piece(done, 2)])
        assert read(await runs.pieces(document, done.id, 2, 9)) == told([make_piece(done, 2)])

    async def test_output_goes_on_after_the_first_commit(self) -> None:
        """A run that was committed while it ran gets the rest of its output and its end later."""
        journal, _, runs, document, _ = await self.make_journal()
        running = make_run(document, state=RunState.RUNNING)
        done = replace(running, state=RunState.DONE, finished=NOW)
        await journal.commit([DocumentWrite(document, 3, [], [running], [make_piece(running, 1)])])
        await journal.commit([DocumentWrite(document, 3, [], [done], [make_piece(running, 2), make_piece(running, 3)])])
        assert [piece.sequence for piece in (await runs.pieces(document, running.id, 1, 9)).pieces] == [1, 2, 3]
        assert [piece.sequence for piece in (await runs.pieces(document, running.id, 1, 2)).pieces] == [1, 2]
        assert await runs.last_runs(document) == [done]

    async def test_what_has_ended_stays(self) -> None:
        """A state that comes late changes nothing; a lost run may still turn out to have ended otherwise."""
        journal, _, runs, document, _ = await self.make_journal()
        done, queued = make_run(document, "aaaa", RunState.DONE), make_run(document, "bbbb")
        for run in (done, queued):
            await runs.put_run(run, 3)
        await runs.new_epoch(document, 3)
        late = [replace(done, state=RunState.RUNNING), replace(queued, state=RunState.RUNNING)]
        await journal.commit([DocumentWrite(document, 3, runs=late)])
        assert [run.state for run in await runs.last_runs(document)] == [RunState.DONE, RunState.LOST]
        await journal.commit([DocumentWrite(document, 3, runs=[replace(queued, state=RunState.DONE)])])
        assert [run.state for run in await runs.last_runs(document)] == [RunState.DONE, RunState.DONE]

    async def test_a_run_that_is_over_may_have_printed_more(self) -> None:
        """How much there is of it changes with what comes late, be it in place of more, and nothing else of it does."""
        journal, _, runs, document, _ = await self.make_journal()
        done = replace(make_run(document), state=RunState.DONE, started=NOW, finished=NOW, seconds=0.25, printed=100)
        await journal.commit([DocumentWrite(document, 3, [], [done], [make_piece(done, 1)])])
        for state, printed in ((RunState.DONE, 140), (RunState.DONE, 90), (RunState.RUNNING, 200)):
            write = [replace(done, state=state, printed=printed)]
            await journal.commit([DocumentWrite(document, 3, [], write, [make_piece(done, 2)])])
        assert await runs.last_runs(document) == [replace(done, printed=90)]
        assert [piece.sequence for piece in (await runs.pieces(document, done.id, 1, 9)).pieces] == [1, 2]

    async def test_runs_keep_their_order(self) -> None:
        """Of runs of one cell in one commit the last is the cell's last."""
        journal, _, runs, document, other = await self.make_journal()
        ran = [make_run(document, state=RunState.DONE) for _ in range(50)]
        await journal.commit([DocumentWrite(document, 3, runs=ran), DocumentWrite(other, 3, runs=[make_run(other)])])
        assert await runs.last_runs(document) == [ran[-1]]

    async def test_the_state_of_an_interact_takes_the_place_of_its_last(self) -> None:
        """It is one row, however often it changes; nothing of another kind takes its place, nor it that of others."""
        journal, _, runs, document, _ = await self.make_journal()
        run = make_run(document)

        def state(sequence: int, text: str, kind: PieceKind = PieceKind.CHANNEL) -> StoredPiece:
            return StoredPiece(run.id, sequence, kind, {"text": text})

        first = [state(1, "5"), make_piece(run, 2, "other")]
        await journal.commit([DocumentWrite(document, 3, [], [run], first)])
        await journal.commit([DocumentWrite(document, 3, pieces=[state(1, "6"), state(2, "no")])])
        await journal.commit([DocumentWrite(document, 3, pieces=[state(1, "no", PieceKind.STREAM)])])
        assert [body["text"] for _, _, body in read(await runs.pieces(document, run.id, 1, 9))] == ["6", "other"]

    async def test_first_text_under_a_number_stays(self) -> None:
        """A piece that is there already is left as it is, so that no number ever has two texts."""
        journal, _, runs, document, _ = await self.make_journal()
        run = make_run(document)
        await journal.commit([DocumentWrite(document, 3, [], [run], [make_piece(run, 1, "first")])])
        again = [make_piece(run, 1, "second"), make_piece(run, 2)]
        await journal.commit([DocumentWrite(document, 3, pieces=again)])
        assert [body["text"] for _, _, body in read(await runs.pieces(document, run.id, 1, 9))] == ["first", "text"]

    async def test_a_display_is_replaced_and_others_are_deleted(self) -> None:
        """What is shown takes the place of its number, and pieces go by their numbers, of the document's own runs."""
        journal, _, runs, document, other = await self.make_journal()
        run, foreign = make_run(document), make_run(other)
        shown = [StoredPiece(run.id, number, PieceKind.DISPLAY, {"n": number}) for number in range(1, 7)]
        await journal.commit(
            [
                DocumentWrite(document, 3, [], [run], shown),
                DocumentWrite(other, 3, [], [foreign], [make_piece(foreign, 1)]),
            ]
        )
        again = [
            StoredPiece(run.id, 2, PieceKind.DISPLAY, {"n": 20}),
            StoredPiece(run.id, 7, PieceKind.DISPLAY, {"n": 7}),
        ]
        removed = [(run.id, 1, 1), (run.id, 3, 5), (foreign.id, 1, 1)]
        for _ in range(2):
            await journal.commit([DocumentWrite(document, 3, pieces=again, removed=removed)])
        left = read(await runs.pieces(document, run.id, 1, 9))
        assert [(number, body["n"]) for number, _, body in left] == [(2, 20), (6, 6), (7, 7)]
        assert len((await runs.pieces(other, foreign.id, 1, 9)).pieces) == 1

    async def test_foreign_pieces_are_left_out(self) -> None:
        """Pieces of another document's run, or of no run, are not stored under this document's fence."""
        journal, _, runs, document, other = await self.make_journal()
        run = make_run(other)
        await runs.put_run(run, 3)
        stray = StoredPiece(RunId(new_id()), 1, PieceKind.STREAM, {})
        claimed = replace(run, document=document)
        write = DocumentWrite(document, 3, [], [claimed], [make_piece(run, 1), stray])
        assert await journal.commit([write]) == {document: Committed(0, [run.id])}
        assert read(await runs.pieces(document, run.id, 1, 9)) == []
        assert read(await runs.pieces(document, stray.run, 1, 9)) == []

    async def test_one_run_id_in_several_documents(self) -> None:
        """In one commit a run id is the document's that has it, else the first one's; the other is told."""
        journal, documents, runs, one, two = await self.make_journal()
        known, fresh = make_run(two), make_run(one)
        await runs.put_run(known, 3)
        ran = [replace(run, state=RunState.DONE) for run in (known, fresh)]
        writes = [
            DocumentWrite(document, 3, [(AUTHOR, text.encode())], own, [make_piece(run, 1, text) for run in own])
            for document, text in ((one, "one"), (two, "two"))
            for own in ([replace(run, document=document) for run in ran],)
        ]
        assert await journal.commit(writes) == {one: Committed(1, [known.id]), two: Committed(1, [fresh.id])}
        for document, run, text in ((one, fresh, "one"), (two, known, "two")):
            assert [(each.id, each.state) for each in await runs.last_runs(document)] == [(run.id, RunState.DONE)]
            [(_, _, body)] = read(await runs.pieces(document, run.id, 1, 9))
            assert (body["text"], await documents.load(self.space, document)) == (
                text,
                StoredText(None, [text.encode()]),
            )
