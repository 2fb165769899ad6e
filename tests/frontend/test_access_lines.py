"""Requests in the log: each has its line, until somebody sends them without end."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.access_lines import (
    ALL_AT_ONCE,
    AT_ONCE,
    MOST_KNOWN,
    MOST_TOLD,
    TOLD_SECONDS,
    AccessLines,
)
from tests.frontend.memory import World

REQUEST = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"


class LogTestCase(SynchronousTestCase):
    """Hears what is logged."""

    def setUp(self) -> None:
        """Begin to listen."""
        self.told: list[str] = []

        def hear(event: dict[str, object]) -> None:
            if str(event.get("log_namespace", "")).startswith("sagews.frontend"):
                self.told.append(str(event["log_format"]).format_map(event))

        globalLogPublisher.addObserver(hear)
        self.addCleanup(globalLogPublisher.removeObserver, hear)


class AccessLinesTests(LogTestCase):
    """The counts by themselves, on a clock."""

    def setUp(self) -> None:
        """Have had no request."""
        super().setUp()
        self.clock = Clock()
        self.lines = AccessLines(self.clock)

    def ask(self, count: int, address: str = "192.0.2.1", user: str = "") -> int:
        """Let requests come; returns how many have a line."""
        return sum(self.lines.may(address, user) for _ in range(count))

    def test_a_flood_is_counted(self) -> None:
        """Beyond the rate requests have no line, and one a minute tells how many there were."""
        self.assertEqual(self.ask(AT_ONCE + 1234), AT_ONCE)
        self.clock.advance(TOLD_SECONDS)
        self.assertEqual(self.told, ["… and 1234 more requests from 192.0.2.1"])
        self.clock.advance(TOLD_SECONDS)
        self.assertEqual(len(self.told), 1)

    def test_networks(self) -> None:
        """A /64 is one network, others have lines of their own, and so has an account wherever it is."""
        self.assertEqual(self.ask(AT_ONCE, "2001:db8::1"), AT_ONCE)
        self.assertEqual(self.ask(10, "2001:db8::2"), 0)
        self.assertEqual(self.ask(10, "2001:db8:0:1::1"), 10)
        self.assertEqual(self.ask(10, "2001:db8::2", "ada"), 10)

    def test_ordinary_use(self) -> None:
        """Some requests a second, for hours, are logged in full."""
        for _ in range(3600):
            self.assertEqual(self.ask(5), 5)
            self.clock.advance(1)
        self.assertEqual(self.told, [])

    def test_many_networks(self) -> None:
        """All together have so many lines, those that are told one by one are few, and so are those remembered."""
        lines = sum(self.ask(2, f"10.{number >> 8}.{number & 255}.1") for number in range(MOST_KNOWN + 2000))
        self.assertEqual(lines, ALL_AT_ONCE)
        self.assertEqual(len(self.lines._askers), MOST_KNOWN)
        self.lines.tell()
        self.assertEqual(len(self.told), MOST_TOLD + 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class SiteTests(LogTestCase):
    """The same through a site."""

    def test_refused_requests(self) -> None:
        """Of thousands of refused requests of a stranger the log has the first, and how many more there were."""
        world = World()
        for _ in range(35):
            channel, _ = world.connect()
            channel.dataReceived(100 * REQUEST)
        self.assertEqual(sum(" /nothing 404" in line for line in self.told), AT_ONCE)
        self.told.clear()
        world.site.stopFactory()
        self.assertEqual(self.told, ["… and 500 more requests from 127.0.0.1"])
