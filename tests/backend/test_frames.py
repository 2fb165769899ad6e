"""The fast way through common websocket frames, held against autobahn's own."""

from __future__ import annotations

from itertools import count
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.protocol import WebSocketProtocol
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.connections.at_rest import RESTING, at_rest
from sagews.backend.connections.frames import read_frames, text_frame
from sagews.backend.connections.turn_writer import TurnWriter
from sagews.backend.connections.websocket import PageProtocol
from sagews.net.account_lines import AccountLines
from sagews.policy.browser.shares import Shares, line_of_strangers
from tests.backend.harness import BackendTestCase
from tests.turning import turn

MOST = 300


def masked(first: int, payload: bytes, mask: bytes, size: int | None = None) -> bytes:
    """Return a frame as a page sends it; `size` says how long its length claims to be, whatever it is."""
    length = len(payload) if size is None else size
    if length < 126:
        head = bytes((first, 0x80 | length))
    elif length < 65536:
        head = bytes((first, 0xFE)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + length.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Transport(StringTransport):
    """Has no producer, and does not mind."""

    def unregisterProducer(self) -> None:
        """Do nothing."""


class Autobahn(WebSocketServerProtocol):
    """Autobahn as it is, after a handshake that nobody saw."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []
        self.factory = WebSocketServerFactory(reactor=Clock())
        self.factory.setProtocolOptions(maxMessagePayloadSize=MOST, maxFramePayloadSize=MOST, failByDrop=False)
        # Autobahn's timers run on the reactor whatever it is given.
        self.factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0)
        self.makeConnection(Transport())
        self.state = WebSocketProtocol.STATE_OPEN
        self.current_frame = None
        self.inside_message = False
        self.websocket_version = 13

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Keep a message."""
        self.messages.append(payload)


class Fast(Autobahn):
    """Autobahn with the fast way before it, as a page's protocol has it."""

    def dataReceived(self, data: bytes) -> None:
        """Take common frames first."""
        if self.state == WebSocketProtocol.STATE_OPEN and not self.data and self.current_frame is None:
            if not self.inside_message:
                messages, taken = read_frames(data, MOST, 9)
                self.messages += messages
                data = data[taken:]
        if data:
            super().dataReceived(data)


payloads = st.one_of(st.binary(max_size=20), st.text(max_size=20).map(str.encode), st.just(b"a" * 130))
masks = st.one_of(st.just(b"\0\0\0\0"), st.binary(min_size=4, max_size=4))
firsts = st.sampled_from([0x81, 0x81, 0x81, 0x81, 0x01, 0x80, 0x82, 0x89, 0x8A, 0x88, 0xC1, 0x83])
common = st.builds(masked, st.just(0x81), st.one_of(st.just(b'{"type":"ping"}'), payloads), masks)
frames = st.one_of(common, common, st.builds(masked, firsts, payloads, masks), st.binary(max_size=8))


class FastWayTests(SynchronousTestCase):
    """Whatever comes, the fast way and autobahn alone hand on the same and end the same."""

    @given(st.lists(frames, max_size=6), st.lists(st.integers(1, 60), max_size=8))
    def test_same_as_autobahn(self, parts: list[bytes], cuts: list[int]) -> None:
        """Frames of all kinds, good and bad, in pieces of any size, give the same messages and the same end."""
        data, slow, fast = b"".join(parts), Autobahn(), Fast()
        for size in [*cuts, len(data)]:
            piece, data = data[:size], data[size:]
            if piece:
                slow.dataReceived(piece)
                fast.dataReceived(piece)
        self.assertEqual(fast.messages, slow.messages)
        self.assertEqual((fast.state, fast.localCloseCode), (slow.state, slow.localCloseCode))

    @given(st.text(st.characters(max_codepoint=127), min_size=1, max_size=MOST), masks)
    def test_common_frames_are_taken(self, text: str, mask: bytes) -> None:
        """ASCII text in one frame, the usual case, never goes the long way."""
        frame = masked(0x81, text.encode(), mask)
        self.assertEqual(read_frames(frame * 3, MOST, 9), ([text.encode()] * 3, 3 * len(frame)))

    def test_what_is_not_common_is_left(self) -> None:
        """Lengths in a longer form, or too large, or more than there is, are not touched."""
        mask = b"\1\2\3\4"
        long_form = bytes((0x81, 0xFE)) + (5).to_bytes(2, "big") + mask + b"aaaaa"
        for frame in (
            long_form,
            masked(0x81, b"a" * (MOST + 1), mask),
            masked(0x81, b"a" * 70_000, mask),
            masked(0x81, b"aaa", mask, 4),
            masked(0x81, "ä".encode(), mask),
            text_frame(b"unmasked"),
        ):
            self.assertEqual(read_frames(frame, MOST, 9), ([], 0))

    def test_empty_pongs_are_taken(self) -> None:
        """The answers to our pings lead to nothing."""
        self.assertEqual(read_frames(masked(0x8A, b"", b"abcd") * 2, MOST, 9), ([], 12))


class Page(PageProtocol):
    """A page's protocol after a handshake that nobody saw."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        super().__init__()
        self.messages: list[bytes] = []
        self.clock = Clock()
        factory: Any = WebSocketServerFactory(reactor=self.clock)
        factory.setProtocolOptions(openHandshakeTimeout=0, closeHandshakeTimeout=0, failByDrop=False)
        factory.lines = AccountLines(self.clock, Shares().charge)
        factory.spent, factory.writer = lambda: 0.0, TurnWriter(self.clock)
        self.factory = factory
        self.makeConnection(Transport(peerAddress=IPv4Address("TCP", address, 54321)))
        self._accept(100_000)
        self.state = WebSocketProtocol.STATE_OPEN
        self.current_frame, self.inside_message, self.websocket_version = None, False, 13

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Keep a message."""
        self.messages.append(payload)


class ManyAtOnceTests(SynchronousTestCase):
    """What one read brings is taken a little at a time, so that others have their turn in between."""

    def test_small_messages(self) -> None:
        """Of thousands of messages twenty are handed on in a turn, all in order, and nothing is read meanwhile."""
        page, sent = Page(), [b"%d" % number for number in range(1050)]
        frames = [masked(0x81, payload, b"abcd") for payload in sent]
        page.dataReceived(b"".join(frames[:1000]))
        self.assertEqual((len(page.messages), page.transport.producerState), (20, "paused"))
        page.dataReceived(b"".join(frames[1000:]))
        while page.clock.getDelayedCalls():
            page.clock.advance(0)
        self.assertEqual((page.messages, page.transport.producerState), (sent, "producing"))

    def test_dear_messages(self) -> None:
        """Of messages that each take long, one is handed on in a turn."""
        page, clock = Page(), count(0.0, 0.006)
        page.factory.spent = lambda: next(clock)
        page.dataReceived(masked(0x81, b"1", b"abcd") * 3)
        self.assertEqual((len(page.messages), page.transport.producerState), (1, "paused"))
        while page.clock.getDelayedCalls():
            page.clock.advance(1)
        self.assertEqual((len(page.messages), page.transport.producerState), (3, "producing"))

    def test_frames_of_autobahn(self) -> None:
        """Pings that must be answered, thousands in one read, are answered in many turns."""
        page = Page()
        page.dataReceived(masked(0x89, b"", b"abcd") * 10_000)
        self.assertLess(len(page.transport.value()), 500)
        while page.clock.getDelayedCalls():
            page.clock.advance(0)
        self.assertEqual((len(page.transport.value()), page.transport.producerState), (20_000, "producing"))

    def test_one_large_frame(self) -> None:
        """A large message takes one more turn than it did."""
        page = Page()
        frame = masked(0x81, b"a" * 90_000, b"abcd")
        page.dataReceived(frame[:65_536])
        page.clock.advance(0)
        page.dataReceived(frame[65_536:])
        self.assertEqual([len(message) for message in page.messages], [90_000])

    def test_whatever_comes_is_charged(self) -> None:
        """Pings and empty fragments without end are work too: who sends them waits, and is read again later."""
        begin, mask = masked(0x01, b"a", b"abcd"), b"abcd"
        for before, flood in ((b"", masked(0x89, b"", mask)), (begin, masked(0x00, b"", mask))):
            page, work = Page(), count(0.0, 0.1)
            # Every reading of the clock is a tenth of a second after the last: twenty turns are two seconds of work.
            page.factory.spent = lambda work=work: next(work)
            page.dataReceived(before + flood * 20_000)
            for _ in range(20):
                page.clock.advance(0)
            self.assertEqual(page.transport.producerState, "paused")
            self.assertGreater(page.clock.getDelayedCalls()[0].getTime(), page.clock.seconds())
            while page.clock.getDelayedCalls():
                page.clock.advance(1)
            self.assertEqual(page.transport.producerState, "producing")

    def test_many_sockets_of_one_account(self) -> None:
        """Of sixty sockets of one account that each have a dear message, one is served in a turn, all in the end."""
        pages, work = [Page() for _ in range(60)], count(0.0, 0.006)
        for page in pages:
            page.clock, page.factory.reactor = pages[0].clock, pages[0].clock
            page.factory.lines, page.factory.spent = pages[0].factory.lines, lambda: next(work)
        turns = []
        for page in pages:
            page.dataReceived(masked(0x81, b"1", b"abcd"))
        turns.append(sum(len(page.messages) for page in pages))
        while pages[0].clock.getDelayedCalls():
            before = sum(len(page.messages) for page in pages)
            turn(pages[0].clock, 0.1)
            turns.append(sum(len(page.messages) for page in pages) - before)
        self.assertLessEqual(max(turns), 1)
        self.assertEqual(sum(turns), 60)
        self.assertEqual({page.transport.producerState for page in pages}, {"producing"})

    def test_strangers(self) -> None:
        """While strangers of one network send without end and wait, one of another is heard at once."""
        here = "192.0.2.1"
        away = next(
            address
            for address in (f"198.51.100.{number}" for number in range(256))
            if line_of_strangers(address) != line_of_strangers(here)
        )
        pages, work = [Page(here) for _ in range(60)], count(0.0, 0.1)
        pages.append(Page(away))
        for page in pages:
            page.clock, page.factory.reactor = pages[0].clock, pages[0].clock
            page.factory.lines, page.factory.spent = pages[0].factory.lines, lambda: next(work)
        for page in pages[:-1]:
            page.dataReceived(masked(0x81, b"1", b"abcd") * 100)
        for _ in range(20):
            turn(pages[0].clock, 0.0)
        flood = sum(len(page.messages) for page in pages[:-1])
        self.assertLess(flood, 60)
        pages[-1].dataReceived(masked(0x81, b"1", b"abcd"))
        self.assertEqual(pages[-1].messages, [b"1"])

    def test_the_end_in_between(self) -> None:
        """What waits of a connection that is lost is dropped."""
        page = Page()
        page.dataReceived(masked(0x81, b"1", b"abcd") * 500)
        page.connectionLost()
        page.clock.advance(0)
        self.assertEqual((len(page.messages), page.clock.getDelayedCalls()), (20, []))


class AtRestTests(SynchronousTestCase):
    """What an open connection keeps of autobahn's state."""

    def test_it_goes_on_as_before(self) -> None:
        """A protocol at rest reads a message in pieces, a ping and a close as it did before."""

        class Resting(Autobahn):
            pass

        for name, value in RESTING.items():
            setattr(Resting, name, value)
        whole: Any = Resting()
        whole.__dict__ = at_rest(whole.__dict__) | {
            name: whole.__dict__[name] for name in ("trafficStats", "utf8validator")
        }
        self.assertNotIn("wasClean", whole.__dict__)
        mask = b"\1\2\3\4"
        for data in (masked(0x01, b"a", mask), masked(0x89, b"p", mask), masked(0x80, b"b", mask)):
            whole.dataReceived(data)
        self.assertEqual(whole.messages, [b"ab"])
        whole.dataReceived(masked(0x88, (1000).to_bytes(2, "big"), mask))
        self.assertEqual(whole.remoteCloseCode, 1000)


class SharesTests(BackendTestCase):
    """What accounts owe when the settings are read again."""

    def test_debts_outlast_a_reload(self) -> None:
        """Another resource of the same backend counts on where the one before it is: there is one share of the time."""
        former, next_one = self.backend.resource(), self.backend.resource()
        former._factory.lines.charge("ada", 1.0)
        self.assertFalse(next_one._factory.lines.is_free("ada"))
        self.assertTrue(next_one._factory.lines.is_free("emmy"))
