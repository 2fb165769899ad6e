"""Events become JSON lines on disk, whatever is in them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.logger import Logger, LogLevel, LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from sagews.logs.observer import MOST_A_SECOND, SpoolObserver
from sagews.logs.records import record_from
from sagews.logs.spool import Spool, SpoolOffset
from sagews.wire.logs import decode_record, encode_record
from tests.counting import calls

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


class Unprintable:
    """An object that can't be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class LevelTests(SynchronousTestCase):
    """What is written, and under whose name."""

    def written(self, folder: Path) -> list[tuple[str, str]]:
        """Return component and message of every line."""
        lines = b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl"))).splitlines()
        return [(record["component"], record["message"]) for record in map(json.loads, lines)]

    def test_a_level_that_changes(self) -> None:
        """Events below the level are not written, and another level holds from the next event on."""
        folder = Path(self.mktemp())
        observer = SpoolObserver(Spool(folder, "all"), "m", "sagews", now=lambda: 0.0)
        log = Logger(observer=LogPublisher(observer), namespace="x")
        log.debug("one")
        observer.set_least(LogLevel.debug)
        log.debug("two")
        observer.set_least(LogLevel.error)
        log.warn("three")
        log.error("four")
        observer.close()
        self.assertEqual([message for _, message in self.written(folder)], ["two", "four"])

    def test_whose_it_is(self) -> None:
        """In a daemon of several roles each event is that of the role whose folder it comes from, or of the whole."""
        folder = Path(self.mktemp())
        observer = SpoolObserver(Spool(folder, "all"), "m", "sagews", now=lambda: 0.0, several=True)
        names = ("sagews.backend.service", "sagews.frontend.http.gate", "sagews.logs.spool", "sagews.roles.daemon", "x")
        for name in names:
            Logger(observer=LogPublisher(observer), namespace=name).info("said")
        observer.close()
        found = [component for component, _ in self.written(folder)]
        self.assertEqual(found, ["backend", "frontend", "log", "sagews", "sagews"])


class RecordTests(SynchronousTestCase):
    """From event to record."""

    @settings(max_examples=200)
    @given(st.dictionaries(st.text(st.characters(), max_size=20), ANY, max_size=5), ANY, ANY)
    @example({"log_namespace": b"\x00"}, None, None)
    def test_any_event_makes_a_record(self, event: dict[str, Any], format: Any, seconds: Any) -> None:
        """Whatever an event holds, its line is one that every reader takes."""
        whole = {**event, "log_format": format, "log_time": seconds, "log_level": LogLevel.warn}
        line = encode_record(record_from(whole, "machine", "backend"))
        assert b"\n" not in line
        record = decode_record(line)
        assert (record.machine, record.component, record.level) == ("machine", "backend", "warn")

    def test_objects_that_can_not_be_shown(self) -> None:
        """An object whose text raises is said to be so."""
        event = {"log_format": "it is {thing}", "log_time": 1.0, "thing": Unprintable()}
        record = record_from(event, "m", "c")
        self.assertIn("can't be shown", record.fields["thing"])

    def test_large_values_are_cut(self) -> None:
        """Text, fields and their number have limits."""
        event = {f"field{number}": "x" * 100_000 for number in range(100)}
        record = record_from({**event, "log_format": "y" * 100_000, "log_time": 1.0}, "m", "c")
        self.assertLess(len(encode_record(record)), 120_000)
        self.assertEqual(len(record.fields), 40)

    def test_correlation(self) -> None:
        """The correlation id of an event is the record's; what has not its form is dropped."""
        self.assertEqual(record_from({"correlation": "abc-1", "log_time": 1.0}, "m", "c").correlation, "abc-1")
        for bad in ("a b", "x" * 65, 5, None, "a\n"):
            self.assertEqual(record_from({"correlation": bad, "log_time": 1.0}, "m", "c").correlation, "")

    def test_time_of_the_event(self) -> None:
        """The record has the event's time, to the microsecond, and its id is ordered by it."""
        record = record_from({"log_time": 1_790_000_000.25}, "m", "c")
        self.assertEqual(record.time.timestamp(), 1_790_000_000.25)
        self.assertEqual(record.id[14], "7")


class ObserverTests(SynchronousTestCase):
    """To disk."""

    def setUp(self) -> None:
        """Make a spool and a logger."""
        self.spool = Spool(Path(self.mktemp()), "backend", segment_bytes=4000, total_bytes=20_000)
        self.seconds = 100.0
        self.observer = SpoolObserver(self.spool, "m", "backend", now=lambda: self.seconds)
        self.addCleanup(self.observer.close)
        self.logger = Logger(namespace="test", observer=LogPublisher(self.observer))

    def messages(self) -> list[str]:
        """Return the messages of every line that is there."""
        lines, place = [], SpoolOffset()
        while True:
            found, following = self.spool.read(place, 100, 10_000)
            lines += found
            if following == place:
                return [json.loads(line)["message"] for line in lines]
            place = following

    def test_lines(self) -> None:
        """Each event is a line of a file that the group may read, and debug is left out."""
        self.logger.info("one {n}", n=1)
        self.logger.debug("not this")
        self.logger.error("two")
        self.assertEqual(self.messages(), ["one 1", "two"])
        mode = self.spool.path(1).stat().st_mode & 0o777
        self.assertEqual(mode & ~0o640, 0)

    def test_rotation_and_room(self) -> None:
        """A full segment is followed by another, and the oldest go when all are too large."""
        for number in range(300):
            self.logger.info("event {number}", number=number)
            self.seconds += 1
        segments = self.spool.segments()
        sizes = [self.spool.path(segment).stat().st_size for segment in segments]
        self.assertGreater(segments[0], 1)
        self.assertLess(sum(sizes), 20_000 + 4_000)
        self.assertTrue(all(size <= 4_001 for size in sizes))
        self.assertEqual(self.messages()[-1], "event 299")

    def test_restart_begins_a_segment(self) -> None:
        """A new process never continues a line that the last one did not finish."""
        self.logger.info("before")
        self.observer.close()
        with self.spool.path(1).open("ab") as file:
            file.write(b'{"id": "cut off')
        again = SpoolObserver(self.spool, "m", "backend", now=lambda: 0.0)
        self.addCleanup(again.close)
        Logger(namespace="test", observer=LogPublisher(again)).info("after")
        self.assertEqual(self.messages(), ["before", "after"])

    def test_full_disk(self) -> None:
        """What the disk refuses is counted, and nothing raises."""
        self.logger.info("one")
        self.observer.close()
        os.rename(self.spool.folder, str(self.spool.folder) + ".gone")
        self.logger.info("two")
        self.assertEqual(self.observer.lost, 1)
        os.rename(str(self.spool.folder) + ".gone", self.spool.folder)
        self.logger.info("three")
        self.assertEqual(self.messages(), ["one", "three"])

    def test_flood(self) -> None:
        """Of a flood so many a second are written; warnings go on, and what was left out is counted in a line."""
        spool = Spool(Path(self.mktemp()), "flood")
        observer = SpoolObserver(spool, "m", "c", now=lambda: self.seconds)
        self.addCleanup(observer.close)
        logger = Logger(namespace="test", observer=LogPublisher(observer))
        for _ in range(MOST_A_SECOND + 50):
            logger.info("again")
        logger.warn("important")
        self.seconds += 1
        logger.info("calm")
        lines, _ = spool.read(SpoolOffset(), 10_000, 10_000_000)
        records = [json.loads(line) for line in lines[-3:]]
        last = [record["message"] for record in records]
        self.assertEqual(len({record["time"][:10] for record in records}), 1)
        self.assertEqual(last, ["important", "50 events were left out in a flood", "calm"])

    def test_cost(self) -> None:
        """An event costs a bounded number of steps, the thousandth as many as the tenth: nothing piles up behind it."""

        def event() -> None:
            self.logger.info("{user} ran {cell}", user="ada", cell="abc123", correlation="c", seconds=0.5)

        for _ in range(9):
            event()
        tenth = calls(event)
        for _ in range(990):
            event()
        self.assertEqual(tenth, calls(event))
        self.assertLess(tenth, 500)
