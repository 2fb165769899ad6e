"""What is said to pages within one turn of the reactor leaves at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.testing import MemoryReactor, StringTransport
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.frames import text_frame
from sagews.backend.connections.turn_writer import MOST_BYTES, MOST_PAGES, TurnWriter

LARGE = b"x" * (MOST_BYTES + 1)


class Transport(StringTransport):
    """Counts what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Take a packet."""
        self.packets.append(data)
        super().write(data)


class Page:
    """A websocket as far as its writer is concerned."""

    def __init__(self) -> None:
        self.transport: Any = Transport()


class Turns:
    """A reactor that does in a turn what was asked for before it, as the real one does."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def callLater(self, seconds: float, call: Callable[[], None]) -> None:
        """Note a call for the next turn."""
        self.calls.append(call)

    def turn(self) -> None:
        """Do it."""
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class TurnWriterTests(SynchronousTestCase):
    """A few turns."""

    def setUp(self) -> None:
        """Have nobody."""
        self.reactor = Turns()
        self.writer = TurnWriter(self.reactor)

    def test_one_packet_a_turn(self) -> None:
        """Frames of one turn leave together and in order, each page's to itself; those of the next turn apart."""
        one, two = Page(), Page()
        for frame in (b"a", b"b", b"c"):
            self.writer.write(one, frame)
            self.writer.write(two, frame.upper())
        self.assertEqual(one.transport.packets, [])
        self.reactor.turn()
        self.writer.write(one, b"d")
        self.reactor.turn()
        self.assertEqual((one.transport.packets, two.transport.packets), ([b"abc", b"d"], [b"ABC"]))

    def test_much_does_not_wait(self) -> None:
        """What the transport would not let wait either leaves within the turn, so that producers are told to pause."""
        page = Page()
        for _ in range(5):
            self.writer.write(page, b"x" * (MOST_BYTES // 2))
        self.assertGreater(len(page.transport.value()), MOST_BYTES)
        self.reactor.turn()
        self.assertEqual(len(page.transport.value()), 5 * (MOST_BYTES // 2))

    def test_another_way_of_writing(self) -> None:
        """Who writes to the transport itself has what was said before flushed first."""
        page = Page()
        self.writer.write(page, b"said")
        self.writer.flush(page)
        page.transport.write(b"closed")
        self.reactor.turn()
        self.assertEqual(page.transport.packets, [b"said", b"closed"])

    def test_many_pages(self) -> None:
        """What very many pages are told in one turn leaves in several pieces of work."""
        pages = [Page() for _ in range(MOST_PAGES + 1)]
        for page in pages:
            self.writer.write(page, b"x")
        self.reactor.turn()
        self.assertEqual([len(page.transport.packets) for page in pages].count(0), 1)
        self.reactor.turn()
        self.assertEqual([len(page.transport.packets) for page in pages].count(0), 0)

    def test_pages_that_are_gone(self) -> None:
        """Nothing is sent to a page that was lost, told or not."""
        one, two = Page(), Page()
        transport = one.transport
        self.writer.write(one, b"x")
        self.writer.write(two, b"x")
        one.transport = None
        self.writer.forget(two)
        self.reactor.turn()
        self.assertEqual(transport.packets + two.transport.packets, [])

    def test_a_large_frame_is_made_once_for_all_pages(self) -> None:
        """However many pages are told of megabytes, each transport gets the very bytes, behind what was said before."""
        pages = [Page(), Page(), Page()]
        for page in pages:
            self.writer.write(page, b"before")
            self.writer.write_large(page, LARGE)
        first = pages[0].transport.packets[1]
        self.assertEqual(first, text_frame(LARGE))
        for page in pages:
            self.assertEqual(page.transport.packets, [b"before", first])
            self.assertIs(page.transport.packets[1], first)

    def test_large_frames_are_each_their_own(self) -> None:
        """Of several large messages of one turn each goes in its own frame, and none is kept behind the turn."""
        page, messages = Page(), [LARGE, LARGE[1:] + b"y"]
        for data in (*messages, messages[0]):
            self.writer.write_large(page, data)
        self.assertEqual(page.transport.packets, [text_frame(data) for data in (*messages, messages[0])])
        self.assertEqual(len(self.reactor.calls), 1)
        self.reactor.turn()
        self.assertEqual(self.reactor.calls, [])

    def test_a_transport_copies_no_large_frame(self) -> None:
        """What Twisted's transports keep of a large frame is the frame itself, so that pages share it in memory."""
        pages = [Page(), Page()]
        for page in pages:
            page.transport = FileDescriptor(MemoryReactor())
            page.transport.connected = True
            self.patch(page.transport, "writeSomeData", lambda data: 0)
            self.writer.write_large(page, LARGE)
            page.transport.doWrite()
        one, two = pages
        self.assertEqual(one.transport.dataBuffer, text_frame(LARGE))
        self.assertIs(one.transport.dataBuffer, two.transport.dataBuffer)
