"""A browser that reads too slowly costs bounded memory, and is brought up to date when it reads again."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.backlogs import Backlogs
from sagews.backend.connections.send_queue import SendQueue
from sagews.model.accounts import Role
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


class BacklogTests(SynchronousTestCase):
    """Several pages of one account."""

    def setUp(self) -> None:
        """Let 1,000 bytes wait for all."""
        self.closed: list[int] = []
        self.backlogs = Backlogs(1000)
        self.queues = [self.page(number) for number in range(4)]

    def page(self, number: int, account: str = "ada") -> SendQueue:
        """Return the queue of a page whose transport is full."""
        queue = SendQueue(lambda _: None, lambda _: None, lambda: self.closed.append(number), 500, 800)
        queue.count_with(self.backlogs.of(account))
        queue.pauseProducing()
        return queue

    def test_the_slowest_is_closed(self) -> None:
        """When too much waits for all, the page for which most does is closed, and nobody else's."""
        other = self.page(9, "emmy")
        other.reply(b"x" * 700)
        for queue, size in zip(self.queues, (300, 500, 100, 100), strict=True):
            queue.reply(b"x" * size)
        self.assertEqual((self.closed, self.backlogs.of("ada").size), ([], 1000))
        self.queues[2].reply(b"x")
        self.assertEqual((self.closed, self.backlogs.of("ada").size), ([1], 501))
        self.assertEqual((other.waiting, self.queues[0].waiting), (700, 300))

    def test_events_go_first(self) -> None:
        """The page for which most waits lets go of events before it is closed."""
        self.queues[0].reply(b"x" * 200)
        self.queues[0].event("d", b"x" * 400)
        self.queues[1].reply(b"x" * 401)
        self.assertEqual((self.closed, self.queues[0].waiting, list(self.queues[0]._behind)), ([], 200, ["d"]))

    def test_what_the_transport_has_counts(self) -> None:
        """A large answer that the transport took whole counts until it is sent, and what was read is forgotten."""
        queue = self.queues[0]
        queue.resumeProducing()
        queue._write = lambda _: queue.pauseProducing()
        queue.reply(b"x" * 900)
        self.assertEqual(self.backlogs.of("ada").size, 900)
        queue._write = lambda _: None
        queue.resumeProducing()
        self.assertEqual(self.backlogs.of("ada").size, 0)

    def test_nothing_is_kept_of_who_is_gone(self) -> None:
        """What waited for a page that is gone is not counted, and an account without pages is forgotten."""
        for queue in self.queues:
            queue.reply(b"x" * 200)
            queue.stopProducing()
        self.assertEqual(self.backlogs.of("ada").size, 0)
        self.assertEqual(len(self.backlogs._accounts), 0)


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

    def test_an_account_that_does_not_read(self) -> None:
        """Pages of an account that ask for much and do not read hold 64 MB together; others go on."""
        other = self.page(self.colleague(Role.EDITOR))
        pages = [self.page() for _ in range(20)]
        for page in pages:
            page.connection.queue.pauseProducing()
        for _ in range(10):
            for page in pages:
                page.connection.queue.reply(b"x" * 1024 * 1024)
        waiting = sum(page.connection.queue.waiting for page in pages)
        self.assertTrue(50 << 20 < waiting <= 64 << 20, waiting)
        self.assertEqual({page.closed for page in pages}, {None, 4413})
        self.assertIsNone(other.closed)

    def test_a_closed_document_is_not_owed(self) -> None:
        """A page that closes the document while it is behind gets nothing more of it."""
        slow = self.opened()
        slow.connection.queue.pauseProducing()
        slow.connection.queue._behind[self.document] = None
        slow.say(type="close", document=self.document)
        slow.connection.queue.resumeProducing()
        self.assertEqual(slow.take("opened"), [])

    def test_a_removed_document_is_not_owed(self) -> None:
        """A page that was behind in a document that somebody removed stays connected, and gets what else is owed."""
        slow, other = self.page(), self.opened()
        other.say(type="create", path="second.sage.md", request=1)
        second = other.last("created")["document"]["id"]
        for document in (second, self.document):
            slow.open(document)
        slow.take()
        queue = slow.connection.queue
        queue.pauseProducing()
        queue._behind = {second: None, self.document: None}
        other.say(type="remove", document=self.document, request=2)
        queue.resumeProducing()
        self.assertEqual([opened["document"] for opened in slow.take("opened")], [second])
        queue.pauseProducing()
        queue._behind = {second: None}
        opened = self.backend.workspaces.find(self.workspace)
        assert opened is not None
        opened.drop()
        queue.resumeProducing()
        self.assertEqual(slow.take("opened"), [])
