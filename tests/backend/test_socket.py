"""The websocket itself: handshake, Nagle, sizes, silence, closing."""

from __future__ import annotations

import base64
import hashlib
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import SSL4ClientEndpoint
from twisted.internet.ssl import Certificate, DefaultOpenSSLContextFactory, optionsForClientTLS
from twisted.web.server import Site

from sagews.model.identifiers import new_id
from sagews.ops.tls.authority import site_files
from sagews.wire.browser.connection import CloseCode
from tests.backend.sockets import SocketTestCase, reactor
from tests.fakes.session_host import SUM


class SocketTests(SocketTestCase):
    """What only a real connection shows."""

    async def test_nagle_is_off(self) -> None:
        """TCP_NODELAY is set on the server's side of an open websocket: two small frames never wait for each other."""
        before = set(reactor.getReaders())
        await self.welcomed()
        ours = [self.browsers[0].transport]
        server = [
            reader for reader in set(reactor.getReaders()) - before - set(ours) if hasattr(reader, "getTcpNoDelay")
        ]
        self.assertEqual(len(server), 1)
        self.assertTrue(server[0].getHandle().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async def test_a_cell_is_run(self) -> None:
        """Through a real socket too, a run gives its result."""
        browser = await self.welcomed()
        browser.say(type="open", document=self.parts.document)
        opened = await browser.until("opened")
        self.assertTrue(base64.b64decode(opened["update"]))
        cell = next(iter(self.backend.workspaces.all[0].documents[0]._doc.cells.keys()))
        empty = hashlib.sha256(b"").hexdigest()
        browser.say(type="run", document=self.parts.document, cells=[{"cell": cell, "run": new_id(), "hash": empty}])
        done = await browser.until("run_state", state="done")
        self.assertEqual(done["cell"], cell)

    async def test_other_origins_are_refused(self) -> None:
        """A page of another site, of no site, or of our content's port can't connect; a program without one can."""
        for origin in ("http://evil.example", "null", f"https://{self.address}", "http://127.0.0.1:1"):
            await self.assertFailure(self._connecting(origin=origin), ConnectionError)
        await self.connect(origin=None)

    async def test_other_hosts_are_refused(self) -> None:
        """A handshake that names another host (DNS rebinding) is refused."""
        await self.assertFailure(self._connecting(host="evil.example:80"), ConnectionError)

    def _connecting(self, **options: str | None) -> object:
        return Deferred.fromCoroutine(self.connect(**options))

    async def test_a_message_beyond_the_limit_closes(self) -> None:
        """More than 1 MiB in one message is answered with close code 1009."""
        browser = await self.welcomed()
        browser.sendMessage(b'{"type":"ping","sent":' + b" " * (1024 * 1024) + b"1}")
        self.assertEqual(await browser.over, 1009)

    async def test_little_is_read_before_the_handshake(self) -> None:
        """Before its handshake a page can't make the server collect more than 4 KiB; then it can send much."""
        stranger = await self.connect()
        stranger.sendMessage(b" " * 5000)
        self.assertEqual(await stranger.over, 1009)
        browser = await self.welcomed()
        pong = browser.until("pong")
        browser.sendMessage(b'{"type":"ping","sent":' + b" " * 60_000 + b"1}")
        self.assertEqual((await pong)["sent"], 1.0)

    async def test_stopping_says_when_to_come_back(self) -> None:
        """A backend that stops tells its pages after how long to come back, and closes with 4503."""
        browser = await self.welcomed()
        going = browser.until("going_away")
        await self.backend.stop()
        self.assertEqual((await going)["after"], 2.0)
        self.assertEqual(await browser.over, 4503)


class FrameTests(SocketTestCase):
    """Our own framing of what is sent."""

    async def test_sizes(self) -> None:
        """Messages of every length of header arrive whole."""
        browser = await self.welcomed()
        connection = self.backend._registry.connections[0]
        for size in (1, 125, 126, 127, 65535, 65536, 300_000):
            data = b'{"type":"x","t":"' + b"a" * size + b'"}'
            found = browser.until("x")
            connection.queue.reply(data)
            self.assertEqual(len((await found)["t"]), size)

    async def test_more_than_the_kernel_takes(self) -> None:
        """What is said in one turn arrives whole and in order, also where the kernel takes a part of it only."""
        browser = await self.welcomed()
        connection = self.backend._registry.connections[0]
        over = browser.until("x", last=True)
        for number in range(200):
            last = b"true" if number == 199 else b"false"
            connection.queue.reply(b'{"type":"x","number":%d,"last":%s,"t":"%s"}' % (number, last, b"a" * 60_000))
        await over
        numbers = [message["number"] for message in browser.told if message["type"] == "x"]
        self.assertEqual(numbers, list(range(200)))

    async def test_who_does_not_read_is_cut(self) -> None:
        """What waits for a page that asks much and does not read is let go of at once, the transport's part too."""
        browser = await self.welcomed()
        browser.transport.pauseProducing()
        connection = self.backend._registry.connections[0]
        data = b'{"type":"x","t":"' + b"a" * 3_000_000 + b'"}'
        for _ in range(8):
            connection.queue.reply(data)
        self.assertEqual(self.backend._registry.connections, [])
        browser.transport.resumeProducing()
        self.assertEqual(await browser.over, 1006)
        self.assertLess(browser.taken, 8 * len(data))

    async def test_a_close_comes_behind_what_was_said(self) -> None:
        """A page that is told something and closed in the same turn hears it before the close."""
        browser = await self.welcomed()
        connection = self.backend._registry.connections[0]
        said = browser.until("x")
        connection.queue.reply(b'{"type":"x"}')
        connection.close(CloseCode.GOING_AWAY, "shutting-down")
        await said
        self.assertEqual(await browser.over, 4503)


class EncryptedTests(SocketTestCase):
    """The same under TLS, where another transport lies between."""

    def listen(self, site: Site) -> Any:
        """Listen with a certificate of its own."""
        folder = Path(self.mktemp())
        folder.mkdir(mode=0o700)
        files = site_files(folder, ["127.0.0.1"], None, datetime.now(UTC))
        self.certificate = Path(files.certificate).read_bytes()
        context = DefaultOpenSSLContextFactory(str(files.key), str(files.certificate))
        return reactor.listenSSL(0, site, context, interface="127.0.0.1")

    def endpoint(self) -> Any:
        """Connect and trust that certificate."""
        options = optionsForClientTLS("127.0.0.1", trustRoot=Certificate.loadPEM(self.certificate))
        return SSL4ClientEndpoint(reactor, "127.0.0.1", self.port.getHost().port, options)

    async def test_nagle_is_off_and_pressure_is_felt(self) -> None:
        """TCP_NODELAY is set below TLS too, and a reader who stops reading is noticed by the queue."""
        before = set(reactor.getReaders())
        browser = await self.welcomed()
        server = [
            reader
            for reader in set(reactor.getReaders()) - before
            if hasattr(reader, "getTcpNoDelay") and reader.getHost().port == self.port.getHost().port
        ]
        self.assertTrue(server[0].getTcpNoDelay())
        browser.transport.pauseProducing()
        connection = self.backend._registry.connections[0]
        for _ in range(200):
            connection.event("d", b'{"type":"x","t":"' + b"a" * 100_000 + b'"}')
        self.assertLess(connection.queue.waiting, 700 * 1024)
        self.assertTrue(connection.queue._behind)
        connection.queue.forget("d")
        browser.transport.resumeProducing()

    async def test_who_closes_is_gone_at_once(self) -> None:
        """Others hear that a page has gone when it says so, and the connection ends, without the page ending it."""
        one, two = await self.welcomed(), await self.welcomed()
        for browser in (one, two):
            browser.say(type="open", document=self.parts.document)
            await browser.until("opened")
        # As browsers do: the server ends the connection, and they wait for that.
        two.serverConnectionDropTimeout = 0
        two.sendClose(1000)
        left = await one.until("presence", left=True)
        self.assertEqual(left["person"]["name"], "Ada")
        self.assertEqual(await two.over, 1000)


class RoundTripTests(SocketTestCase):
    """What the way there and back does not wait for; benchmarks/ has how long it takes."""

    async def test_results_do_not_wait_for_the_database(self) -> None:
        """While no commit is answered, evaluations follow each other; they are stored when it answers again."""
        browser = await self.welcomed()
        browser.say(type="open", document=self.parts.document)
        await browser.until("opened")
        held: Deferred[None] = Deferred()
        self.parts.journal.held = held
        self.addCleanup(lambda: held.called or held.callback(None))
        live = self.backend.workspaces.all[0].documents[0]
        await live.put_text(self.parts.owner.id, f"```sage #abcd\n{SUM}\n```\n")
        digest = hashlib.sha256(SUM.encode()).hexdigest()
        runs = [new_id() for _ in range(20)]
        for run in runs:
            browser.say(type="run", document=self.parts.document, cells=[{"cell": "abcd", "run": run, "hash": digest}])
            await browser.until("run_state", run=run, state="done")
        self.assertEqual(self.parts.runs.runs, {})
        held.callback(None)
        await self.backend.stop()
        self.assertEqual(set(self.parts.runs.runs), set(runs))
