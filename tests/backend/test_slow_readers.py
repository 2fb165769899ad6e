"""A browser that reads too slowly costs bounded memory, and is brought up to date when it reads again."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.send_queue import SendQueue
from sagews.model.sessions import PieceKind
from tests.backend.harness import BackendTestCase
from tests.fakes.session_host import WAITS


class SendQueueTests(SynchronousTestCase):
    """The queue of one connection."""

    def setUp(self) -> None:
        """Make one with small bounds."""
        self.sent: list[bytes] = []
        self.caught_up: list[str] = []
        self.overflowed: list[None] = []
        self.queue = SendQueue(self.sent.append, self.caught_up.append, lambda: self.overflowed.append(None), 100, 200)

    def test_order_is_kept(self) -> None:
        """What waited goes out in the order in which it came, answers and events alike."""
        self.queue.pauseProducing()
        self.queue.event("d", b"1")
        self.queue.reply(b"2")
        self.queue.event("d", b"3")
        self.assertEqual(self.sent, [])
        self.queue.resumeProducing()
        self.assertEqual(self.sent, [b"1", b"2", b"3"])
        self.assertEqual(self.queue.waiting, 0)

    def test_events_are_dropped_and_owed(self) -> None:
        """Beyond the bound all events are dropped, later ones too, answers stay, and the document is owed once."""
        self.queue.pauseProducing()
        for _ in range(50):
            self.queue.event("d", b"x" * 10)
            self.assertLessEqual(self.queue.waiting, 110)
        self.queue.reply(b"answer")
        self.queue.resumeProducing()
        self.assertEqual((self.sent, self.caught_up), ([b"answer"], ["d"]))
        self.queue.event("d", b"new")
        self.assertEqual(self.sent[-1], b"new")

    def test_pausing_while_it_is_emptied(self) -> None:
        """A transport that fills again while the queue is emptied stops it; nothing is lost or doubled."""
        self.queue.pauseProducing()
        for data in (b"1", b"2", b"3"):
            self.queue.reply(data)
        sent = self.sent

        def write(data: bytes) -> None:
            sent.append(data)
            self.queue.pauseProducing()

        self.queue._write = write
        for count in (1, 2, 3):
            self.queue.resumeProducing()
            self.assertEqual(len(sent), count)

    def test_answers_beyond_their_bound_close(self) -> None:
        """Who asks and does not read is closed, and nothing is kept."""
        self.queue.pauseProducing()
        for _ in range(30):
            self.queue.reply(b"x" * 10)
        self.assertEqual(len(self.overflowed), 1)
        self.assertEqual(self.queue.waiting, 0)

    def test_nothing_is_kept_after_the_end(self) -> None:
        """A connection that is gone takes nothing."""
        self.queue.stopProducing()
        self.queue.event("d", b"1")
        self.queue.reply(b"1")
        self.assertEqual((self.queue.waiting > 1, self.sent), (False, []))


class CatchUpTests(BackendTestCase):
    """The same with a document behind it."""

    def test_a_slow_reader_gets_the_state(self) -> None:
        """After a flood that it did not read, a page gets one `opened` with what is so now, then events again."""
        slow, other = self.opened(), self.opened()
        slow.edit(self.document, WAITS)
        slow.run(self.document, WAITS)
        self.later()
        [session] = self.host.sessions
        slow.take()
        slow.connection.queue.pauseProducing()
        for _ in range(200):
            self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x" * 5000})
        self.assertEqual(slow.told, [])
        self.assertLess(slow.connection.queue.waiting, 600 * 1024)
        self.assertEqual(len(other.take("output")), 200)
        slow.connection.queue.resumeProducing()
        [opened] = slow.take("opened")
        self.assertEqual(opened["type"], "opened")
        [cell] = opened["cells"]
        self.assertEqual(len(cell["pieces"]) + cell["left_out"], 200)
        self.assertEqual(cell["pieces"][-1]["sequence"], 200)
        self.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "more"})
        self.assertEqual(slow.last("output")["sequence"], opened["sequence"] + 1)

    def test_a_closed_document_is_not_owed(self) -> None:
        """A page that closes the document while it is behind gets nothing more of it."""
        slow = self.opened()
        slow.connection.queue.pauseProducing()
        slow.connection.queue._behind[self.document] = None
        slow.say(type="close", document=self.document)
        slow.connection.queue.resumeProducing()
        self.assertEqual(slow.take("opened"), [])
