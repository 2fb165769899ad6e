"""Records reach the collector once, in order, however long it is gone, and whatever lies on the disk."""

from __future__ import annotations

import json
from pathlib import Path

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.logger import Logger, LogPublisher
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.logs.intake import Intake
from sagews.logs.observer import SpoolObserver
from sagews.logs.shipper import LONGEST_RETRY, MOST_RECORDS, Shipper, load_offset, save_offset
from sagews.logs.spool import KEPT_AFTER_SHIPPING, Spool, SpoolOffset
from tests.fakes.logs import MemoryLogs, ScriptedSink


class ShipperTests(SynchronousTestCase):
    """One spool, one sink, a clock."""

    def setUp(self) -> None:
        """Make them."""
        self.clock = Clock()
        self.sink = ScriptedSink(Intake(MemoryLogs(), self.clock.seconds))
        self.spool = Spool(Path(self.mktemp()), "backend", segment_bytes=3000)
        self.observer = SpoolObserver(self.spool, "m", "backend", now=self.clock.seconds)
        self.addCleanup(self.observer.close)
        self.logger = Logger(namespace="test", observer=LogPublisher(self.observer))
        self.shipper = self.start()

    def start(self) -> Shipper:
        """Start a shipper, as a new process does."""
        shipper = Shipper(self.clock, self.spool, self.sink, maybeDeferred)
        shipper.start()
        self.addCleanup(lambda: self.stop(shipper))
        return shipper

    def stop(self, shipper: Shipper) -> None:
        """Stop a shipper."""
        stopping = Deferred.fromCoroutine(shipper.stop())
        self.clock.advance(3)
        self.successResultOf(stopping)

    def say(self, first: int, last: int) -> list[str]:
        """Log numbered events and return their messages."""
        for number in range(first, last):
            self.logger.info("event {number}", number=number)
        return [f"event {number}" for number in range(first, last)]

    def test_in_order(self) -> None:
        """What is logged arrives within a second, in order, over several segments."""
        expected = self.say(0, 60)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)
        expected += self.say(60, 61)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_batches_are_bounded(self) -> None:
        """A batch has at most 500 records."""
        spool = Spool(Path(self.mktemp()), "big")
        observer = SpoolObserver(spool, "m", "c", now=self.clock.seconds)
        self.addCleanup(observer.close)
        logger = Logger(namespace="test", observer=LogPublisher(observer))
        for _ in range(1200):
            logger.info("x" * 100)
        for _ in range(50):
            logger.info("y" * 15_000)
        shipper = Shipper(self.clock, spool, self.sink, maybeDeferred)
        shipper.start()
        self.addCleanup(lambda: self.stop(shipper))
        self.clock.advance(1)
        self.assertEqual(sum(map(len, self.sink.batches)), 1250)
        self.assertEqual(max(map(len, self.sink.batches)), MOST_RECORDS)
        self.assertTrue(all(sum(map(len, batch)) <= 512 * 1024 for batch in self.sink.batches))

    def test_collector_gone_for_long(self) -> None:
        """While the collector is gone attempts grow rare and nothing is lost; afterwards all arrives, once."""
        self.sink.failure = SagewsError("worker-lost")
        expected = self.say(0, 20)
        for _ in range(24 * 60):
            self.clock.advance(60)
        self.assertLess(self.sink.calls, 24 * 60 + 20)
        expected += self.say(20, 40)
        self.sink.failure = None
        self.clock.advance(LONGEST_RETRY)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_restart_goes_on_where_it_was(self) -> None:
        """A new process goes on at the remembered place."""
        expected = self.say(0, 10)
        self.clock.advance(1)
        self.stop(self.shipper)
        expected += self.say(10, 20)
        self.start()
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_crash_before_the_place_was_noted(self) -> None:
        """A batch whose place was not noted is sent again, with the same ids."""
        self.say(0, 3)
        self.clock.advance(1)
        save_offset(self.spool.offset_file, SpoolOffset(1, 0))
        self.stop(self.shipper)
        self.start()
        self.clock.advance(1)
        self.assertEqual(len(self.sink.batches), 2)
        self.assertEqual(self.sink.batches[0], self.sink.batches[1])

    def test_damaged_place(self) -> None:
        """A place that can't be read begins at the beginning."""
        for text in ("", "no", "[1]", '{"a": 1}', "[null, 2]"):
            self.spool.offset_file.write_text(text)
            self.assertEqual(load_offset(self.spool.offset_file), SpoolOffset())

    def test_damaged_lines(self) -> None:
        """Lines out of form are passed over."""
        expected = self.say(0, 2)
        with self.spool.path(1).open("ab") as file:
            file.write(b"\n{}\n\xff\xff\nnull\n" + b"[" * 10_000 + b"\n" + b"x" * 300_000 + b"\n")
        expected += self.say(2, 4)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_emptied_folder(self) -> None:
        """Somebody who empties the folder stops nothing."""
        self.say(0, 60)
        self.clock.advance(1)
        self.observer.close()
        self.stop(self.shipper)
        for segment in self.spool.segments():
            self.spool.path(segment).unlink()
        observer = SpoolObserver(self.spool, "m", "c", now=self.clock.seconds)
        self.addCleanup(observer.close)
        Logger(namespace="test", observer=LogPublisher(observer)).info("anew")
        self.sink.batches.clear()
        self.start()
        self.clock.advance(2)
        self.assertEqual(self.sink.messages, ["anew"])

    def test_shipped_segments_go(self) -> None:
        """Segments that were shipped are removed, but for the last few."""
        self.say(0, 200)
        self.clock.advance(1)
        segments = self.spool.segments()
        self.assertEqual(len(segments), KEPT_AFTER_SHIPPING + 1)
        self.assertGreater(segments[0], 1)

    def test_own_troubles_stay_here(self) -> None:
        """Records of the logging itself are on the disk and are not shipped."""
        observer = LogPublisher(self.observer)
        Logger(namespace="sagews.logs.collector", observer=observer).error("no database")
        expected = self.say(0, 1)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)
        self.assertIn("no database", self.spool.path(1).read_text())

    def test_hopeless_batch_is_passed_over(self) -> None:
        """A batch that the collector can't understand does not stop those behind it."""
        self.say(0, 1)
        self.sink.failure = SagewsError("bad-message", reason="x")
        self.clock.advance(1)
        self.sink.failure = None
        expected = self.say(1, 2)
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_stop_does_not_wait_for_long(self) -> None:
        """A delivery that hangs delays a stop by two seconds at most, and the batch is sent again later."""
        self.sink.hold = Deferred()
        expected = self.say(0, 1)
        self.clock.advance(1)
        stopping = Deferred.fromCoroutine(self.shipper.stop())
        self.assertNoResult(stopping)
        self.clock.advance(2)
        self.successResultOf(stopping)
        self.sink.hold = None
        self.start()
        self.clock.advance(1)
        self.assertEqual(self.sink.messages, expected)

    def test_offset_file_is_replaced_whole(self) -> None:
        """The place is written aside and put in place at once."""
        save_offset(self.spool.offset_file, SpoolOffset(3, 4))
        self.assertEqual(json.loads(self.spool.offset_file.read_text()), [3, 4])
        self.assertEqual(load_offset(self.spool.offset_file), SpoolOffset(3, 4))
        self.assertFalse(list(self.spool.folder.glob("*.new")))

    def test_names(self) -> None:
        """A spool's name can't leave its folder."""
        for name in ("../x", "", "a/b", "A", ".hidden", "x" * 62):
            self.assertRaises(SagewsError, Spool, Path(self.mktemp()), name)
