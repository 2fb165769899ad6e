"""Output that is replaced in place: the same picture for who watches, who comes later, and in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.events.stream import EventStream
from sagews.backend.journal.document_writer import DocumentWriter
from sagews.backend.runs.output.taking import OutputTaker
from sagews.backend.runs.output_cache import OutputCache, load_outputs
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, UserId, new_id
from sagews.model.runs import DocumentWrite, Run
from sagews.model.sessions import Piece, PieceKind, RunState
from sagews.policy.sessions.placed_output import MAX_PLACES, place_of
from sagews.wire.session.areas import MAX_AREA_DEPTH
from tests.contracts.journal import make_run
from tests.fakes.documents import MemoryDocuments, MemoryJournal, MemoryRuns

DOCUMENT = DocumentId(new_id())

AREAS = st.integers(0, 4)
IDS = st.sampled_from(["", "a", "b"])
OPERATION = st.one_of(
    st.tuples(st.just("stream"), AREAS, st.integers(0, 9)),
    st.tuples(st.just("display"), AREAS, IDS, st.integers(0, 9)),
    st.tuples(st.just("area"), st.integers(1, 4), AREAS),
    st.tuples(st.just("clear"), AREAS, st.booleans()),
    st.tuples(st.just("update"), IDS.filter(bool), st.integers(0, 9)),
    st.tuples(st.just("commit")),
    st.tuples(st.just("open")),
)


def said(operation: tuple[Any, ...]) -> tuple[PieceKind, dict[str, Any]]:
    """Return an operation as a session says it."""
    kind, *what = operation
    body: dict[str, Any]
    if kind == "stream":
        body = {"name": "stdout", "text": str(what[1]), "area": what[0]}
    elif kind == "display":
        body = {"data": {"text/plain": str(what[2])}, "metadata": {}, "area": what[0], "display": what[1]}
    elif kind == "area":
        body = {"area": what[0], "parent": what[1]}
    elif kind == "clear":
        body = {"area": what[0], "wait": what[1]}
    else:
        body = {"display": what[0], "data": {"text/plain": str(what[1])}, "metadata": {}}
    return PieceKind(kind), {name: value for name, value in body.items() if value}


class Written:
    """The plain meaning of what a session says, with nothing of how it is kept."""

    def __init__(self) -> None:
        self.shown: list[tuple[PieceKind, dict[str, Any]]] = []
        self._waiting: set[int] = set()

    def take(self, kind: PieceKind, body: dict[str, Any]) -> None:
        """Do what it says."""
        if kind is PieceKind.CLEAR:
            if self._is_there(body.get("area", 0)):
                self._waiting.add(body.get("area", 0)) if body.get("wait") else self._clear(body.get("area", 0))
        elif kind is PieceKind.UPDATE:
            places = [each for _, each in self.shown if each.get("display") == body["display"]]
            for each in places[-MAX_PLACES:]:
                each["data"] = body["data"]
        else:
            self._show(kind, body)

    def _show(self, kind: PieceKind, body: dict[str, Any]) -> None:
        place = place_of(kind, body)
        if not self._is_there(place):
            return
        if kind is PieceKind.AREA and (self._is_there(body["area"]) or len(self._above(place)) >= MAX_AREA_DEPTH):
            return
        if place in self._waiting:
            self._clear(place)
        self.shown.append((kind, dict(body)))

    def _parent(self, area: int) -> int:
        [parent] = [
            each.get("parent", 0) for kind, each in self.shown if kind is PieceKind.AREA and each["area"] == area
        ]
        return int(parent)

    def _above(self, area: int) -> list[int]:
        return [area, *self._above(self._parent(area))] if area else []

    def _is_there(self, area: int) -> bool:
        return not area or any(kind is PieceKind.AREA and each["area"] == area for kind, each in self.shown)

    def _clear(self, area: int) -> None:
        gone = [piece for piece in self.shown if not area or area in self._above(place_of(*piece))]
        self._waiting -= {area, *(each["area"] for kind, each in gone if kind is PieceKind.AREA)}
        self.shown = [piece for piece in self.shown if not any(piece is each for each in gone)]


class FakePage:
    """What the page does with events (static/src/document/results.ts)."""

    def __init__(self, pieces: list[dict[str, Any]]) -> None:
        self.pieces = pieces

    def hear(self, event: dict[str, Any]) -> None:
        """Take an `output`."""
        removed = event.get("removed", [])
        ranges = list(zip(removed[::2], removed[1::2], strict=True))
        self.pieces = [
            each for each in self.pieces if not any(first <= each["sequence"] <= last for first, last in ranges)
        ]
        piece = event.get("piece")
        if piece is not None and piece["sequence"] > (self.pieces[-1]["sequence"] if self.pieces else 0):
            self.pieces.append(piece)
        elif piece is not None:
            self.pieces = [piece if each["sequence"] == piece["sequence"] else each for each in self.pieces]

    @property
    def shown(self) -> list[tuple[PieceKind, dict[str, Any]]]:
        """What it shows."""
        return [(PieceKind(each["kind"]), each["body"]) for each in self.pieces]


@dataclass
class Watcher:
    """Somebody who watches the document."""

    page: FakePage
    id: str = field(default_factory=new_id)

    def event(self, document: str, data: bytes) -> None:
        """Hear of output."""
        self.page.hear(msgspec.json.decode(data))


class FakeStored:
    """A quota."""

    def __init__(self, most: int = 1 << 40) -> None:
        self.size = self.replaced = 0
        self.most = most

    def refusal(self, size: int) -> SagewsError | None:
        """Whether so much is too much."""
        return SagewsError("limit", limit=str(self.most), advice="") if self.size + size > self.most else None

    def add(self, size: int) -> None:
        """Count."""
        self.size += size

    def close(self) -> None:
        """Do nothing."""


class Sheet:
    """One run of a document, its watchers, and what is stored of it."""

    def __init__(self, most: int = 1 << 40) -> None:
        self.stored = FakeStored(most)
        self.outputs = OutputCache(self.stored)  # type: ignore[arg-type]
        self.stream = EventStream(DOCUMENT, 1, 10_000, 1 << 30)
        self.runs = MemoryRuns()
        self.journal = MemoryJournal(MemoryDocuments(), self.runs)
        self.writer = DocumentWriter(self, DOCUMENT, UserId(new_id()), 1, lambda: None)  # type: ignore[arg-type]
        self.taker = OutputTaker(self.outputs, self.stream, self.writer)
        self.run: Run = make_run(DOCUMENT, state=RunState.RUNNING)
        self.entry = self.outputs.add(self.run)
        self.writer.run(self.run)
        self.rows: list[int] = []

    def later(self, writer: DocumentWriter) -> None:
        """Nothing is committed by itself (CommitSchedule)."""

    soon = now = later

    def say(self, kind: PieceKind, body: dict[str, Any]) -> None:
        """Take what the session says."""
        self.taker.take(self.entry, Piece(0, self.run.id, kind, body, len(msgspec.json.encode(body))))

    def open(self) -> Watcher:
        """Have somebody come, who sees what is kept at hand and hears what follows."""
        [cell] = msgspec.json.decode(msgspec.json.encode(self.outputs.cells(1, self.stream.sequence)))
        watcher = Watcher(FakePage(cell["pieces"]))
        self.stream.watchers[watcher.id] = watcher  # type: ignore[assignment]
        return watcher

    def commit(self) -> None:
        """Write what waits."""
        while (batch := self.writer.take()) is not None:
            write: DocumentWrite = batch.write(DOCUMENT, 1)
            self.rows.append(len(write.pieces))
            committed = result(lambda write=write: self.journal.commit([write]))[DOCUMENT]
            self.writer.committed(batch, committed)

    def restored(self) -> list[tuple[PieceKind, dict[str, Any]]]:
        """Return what a page sees once the document was opened anew from the store."""
        outputs = result(lambda: load_outputs(self.runs, DOCUMENT, "", FakeStored()))  # type: ignore[arg-type]
        cells = msgspec.json.decode(msgspec.json.encode(outputs.cells(2, 0)))
        return [shown for cell in cells for shown in FakePage(cell["pieces"]).shown]


def result(call: Callable[[], Any]) -> Any:
    """Return what a coroutine function of the fakes gives, which never waits."""
    found: list[Any] = []
    failed: list[Any] = []
    Deferred.fromCoroutine(call()).addCallbacks(found.append, failed.append)
    if failed:
        failed[0].raiseException()
    return found[0]


class PictureTests(SynchronousTestCase):
    """Any sequence of what a session says."""

    @given(st.lists(OPERATION, max_size=40))
    def test_everybody_sees_the_same(self, operations: list[tuple[Any, ...]]) -> None:
        """Who watched from the start, who came at any point, and who opens what is stored see what it means."""
        sheet, meant = Sheet(), Written()
        watchers = [sheet.open()]
        for operation in operations:
            if operation[0] == "commit":
                sheet.commit()
            elif operation[0] == "open":
                watchers.append(sheet.open())
            else:
                kind, body = said(operation)
                sheet.say(kind, body)
                meant.take(kind, body)
        for watcher in (*watchers, sheet.open()):
            self.assertEqual(watcher.page.shown, meant.shown)
        sheet.commit()
        self.assertEqual(sheet.restored(), meant.shown)
        self.assertEqual(sheet.stored.size, sheet.entry.placed.size)
        self.assertEqual(sheet.stored.size > 0, bool(meant.shown))

    def test_a_bar_is_one_row(self) -> None:
        """What is updated a thousand times between two commits is written once, in the place that it has."""
        sheet = Sheet()
        sheet.say(*said(("display", 0, "a", 0)))
        sheet.commit()
        size = sheet.stored.size
        for number in range(1000):
            sheet.say(*said(("update", "a", number % 10)))
        sheet.commit()
        self.assertEqual(sheet.rows, [1, 1])
        self.assertEqual([body["data"] for _, body in sheet.restored()], [{"text/plain": "9"}])
        self.assertEqual(list(sheet.runs.outputs[sheet.run.id]), [1])
        self.assertLess(sheet.stored.size - size, 200)

    def test_what_is_cleared_is_deleted_and_counts_no_more(self) -> None:
        """A loop that clears what it showed leaves its last picture alone, and never comes to the bound of a quota."""
        sheet = Sheet(most=3000)
        watcher = sheet.open()
        for number in range(200):
            sheet.say(*said(("clear", 0, True)))
            sheet.say(*said(("display", 0, "", number % 10)))
            if number % 7 == 0:
                sheet.commit()
        sheet.commit()
        self.assertEqual(watcher.page.shown, sheet.restored())
        self.assertEqual(len(sheet.runs.outputs[sheet.run.id]), 1)
        self.assertLess(max(sheet.rows), 2)

    def test_a_clear_makes_room_again(self) -> None:
        """Where the quota is used up this is said once, and once all was cleared output is taken again."""
        sheet = Sheet(most=1000)
        watcher = sheet.open()
        for number in range(20):
            sheet.say(*said(("stream", 0, number)))
        self.assertEqual([kind for kind, _ in watcher.page.shown].count(PieceKind.NOTICE), 1)
        sheet.say(*said(("clear", 0, False)))
        sheet.say(*said(("stream", 0, 7)))
        self.assertEqual([body["text"] for _, body in watcher.page.shown], ["7"])

    def test_a_display_shown_often_is_updated_in_bounded_places(self) -> None:
        """Its latest places alone, so that a small update can't become thousands of large ones."""
        sheet = Sheet()
        for _ in range(MAX_PLACES + 3):
            sheet.say(*said(("display", 0, "a", 1)))
        before = sheet.stream.sequence
        sheet.say(*said(("update", "a", 2)))
        self.assertEqual(sheet.stream.sequence - before, MAX_PLACES)
