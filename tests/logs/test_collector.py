"""Both sinks, in process and over the wire, do the same; the wire refuses strangers and what has no form."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from twisted.internet import reactor
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase, TestCase

from sagews.errors import SagewsError
from sagews.logs.collector import HANDSHAKE_SECONDS, CollectorFactory, Sender
from sagews.logs.intake import REMEMBERED, Intake
from sagews.logs.remote import RemoteSink
from sagews.logs.upkeep import Upkeep
from sagews.model.logs import LogQuery
from sagews.net.amp import AmpLink, GuardedLocator
from sagews.wire.logs import MAX_RECORDS, DeliverRecords, RegisterSender, decode_batch, encode_record
from tests.contracts.accounts import check_refused
from tests.contracts.logs import LogSinkContract, make_record
from tests.fakes.logs import MemoryLogs, ScriptedSink
from tests.waiting import until

LOOPBACK = [ip_network("127.0.0.0/8")]


class LocalSinkTests(LogSinkContract, TestCase):
    """The collector in our own process."""

    async def make_sink(self) -> tuple[Any, Any]:
        """Return a sink and its store."""
        store = MemoryLogs()
        return Intake(store, time.time), store


class ScriptedSinkTests(LogSinkContract, TestCase):
    """The fake of other tests."""

    async def make_sink(self) -> tuple[Any, Any]:
        """Return a sink and its store."""
        store = MemoryLogs()
        return ScriptedSink(Intake(store, time.time)), store


class Wired(TestCase):
    """A collector on a loopback port."""

    timeout = 30

    def setUp(self) -> None:
        """Listen."""
        self.store = MemoryLogs()
        self.who = ("backend", "b1")
        self.factory = CollectorFactory(reactor, Intake(self.store, time.time), self._identify, LOOPBACK)
        self.port: Any = reactor.listenTCP(0, self.factory, interface="127.0.0.1")  # type: ignore[arg-type]
        self.addCleanup(self.port.stopListening)
        self.addCleanup(lambda: Deferred.fromCoroutine(until(lambda: not self.factory._links)))
        self.addCleanup(self.factory.close)

    def _identify(self, transport: Any) -> tuple[str, str]:
        if not self.who:
            raise SagewsError("forbidden")
        return self.who

    def sink(self) -> RemoteSink:
        """Return a sink that is closed by itself."""
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", self.port.getHost().port)
        sink = RemoteSink(reactor, endpoint)
        self.addCleanup(lambda: Deferred.fromCoroutine(sink.close()))
        return sink

    async def link(self) -> AmpLink:
        """Return a bare link to the collector."""
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", self.port.getHost().port)
        factory: Any = Factory.forProtocol(lambda: AmpLink(GuardedLocator(), reactor, lambda _: None))
        factory.noisy = False
        link: AmpLink = await endpoint.connect(factory)  # type: ignore[assignment]
        self.addCleanup(link.abort)
        return link


class RemoteSinkTests(LogSinkContract, Wired):
    """The collector over the wire."""

    async def make_sink(self) -> tuple[Any, Any]:
        """Return a sink and its store."""
        return self.sink(), self.store

    async def test_sender_is_what_the_certificate_says(self) -> None:
        """Machine and component of a record are those of the certificate, whatever it claims."""
        now = datetime.now(UTC)
        await self.sink().deliver([make_record(time=now, machine="root", component="log")])
        (found,) = await self.store.query(LogQuery())
        self.assertEqual((found.machine, found.component), ("b1", "backend"))

    async def test_unknown_sender(self) -> None:
        """A peer without a certificate of ours can't deliver."""
        self.who = ()  # type: ignore[assignment]
        await check_refused(self.sink().deliver([make_record()]), "forbidden")
        self.assertEqual(self.store.records, {})

    async def test_again_after_a_loss(self) -> None:
        """After a lost link the next delivery dials again."""
        sink = self.sink()
        await sink.deliver([make_record(time=datetime.now(UTC))])
        self.factory.close()
        await until(lambda: sink._link is None)
        await sink.deliver([make_record(time=datetime.now(UTC))])
        self.assertEqual(len(self.store.records), 2)

    async def test_nobody_there(self) -> None:
        """Without a collector a delivery fails."""
        sink = self.sink()
        await self.port.stopListening()
        try:
            await sink.deliver([make_record()])
        except Exception:
            return
        self.fail("it was delivered")

    async def test_many_records(self) -> None:
        """More than one batch may hold travels in several."""
        now = datetime.now(UTC)
        await self.sink().deliver([make_record("x" * 1000, time=now) for _ in range(MAX_RECORDS + 10)])
        self.assertEqual(len(self.store.records), MAX_RECORDS + 10)


class HostileSenderTests(Wired):
    """What a sender may not do."""

    async def test_records_before_the_handshake(self) -> None:
        """A batch before the handshake is refused."""
        link = await self.link()
        await check_refused(link.ask(DeliverRecords, records=encode_record(make_record())), "handshake-expected")

    async def test_other_protocols(self) -> None:
        """A sender that speaks none of our protocols is told so; a newer one that speaks ours too is taken."""
        link = await self.link()
        await check_refused(link.ask(RegisterSender, protocol=0, least_protocol=0), "version-mismatch")
        await check_refused(link.ask(RegisterSender, protocol=9, least_protocol=9), "version-mismatch")
        self.assertEqual(await link.ask(RegisterSender, protocol=9, least_protocol=1), {"protocol": 1})

    async def test_records_out_of_form(self) -> None:
        """Records out of form are left out and counted; the others are stored, and the link stays."""
        link = await self.link()
        await link.ask(RegisterSender, protocol=1, least_protocol=1)
        good = encode_record(make_record(time=datetime.now(UTC)))
        bad = [
            b"",
            b"null",
            b"{}",
            b"\xff",
            b"[" * 100_000,
            good[:-1] + b',"more":1}',
            good.replace(b'"info"', b'"loud"'),
            good.replace(b"machine-1", b"m" * 256),
            good.replace(b'"count":1', b'"count":' + b"[" * 5000 + b"]" * 5000),
            good.replace(b'"hello"', b'"' + b"x" * 300_000 + b'"'),
            good.replace(b'"correlation":""', b'"correlation":"a b"'),
            good.replace(b'"time":"', b'"time":"x'),
        ]
        answer = await link.ask(DeliverRecords, records=b"\n".join([*bad, good]))
        self.assertEqual(answer, {"stored": 1, "left_out": len(bad)})
        await check_refused(link.ask(DeliverRecords, records=b"\n" * (MAX_RECORDS + 1)), "too-large")
        self.assertTrue(link.connected)

    async def test_too_many_at_once(self) -> None:
        """A sender that does not wait for answers is refused beyond a few batches."""
        gate: Deferred[None] = Deferred()
        insert = self.store.insert

        async def slowly(records: Any) -> None:
            await gate
            await insert(records)

        self.store.insert = slowly  # type: ignore[method-assign]
        link = await self.link()
        await link.ask(RegisterSender, protocol=1, least_protocol=1)
        asking = [
            Deferred.fromCoroutine(link.ask(DeliverRecords, records=encode_record(make_record(time=datetime.now(UTC)))))
            for _ in range(8)
        ]
        await check_refused(asking[7], "too-often")
        gate.callback(None)
        self.assertEqual((await asking[0])["stored"], 1)
        for other in asking[1:7]:
            other.addErrback(lambda failure: failure.trap(SagewsError) and None)
            await other


class CollectorTests(SynchronousTestCase):
    """Without a network."""

    def factory(self, *networks: str) -> CollectorFactory:
        """Return a factory that lets these networks in."""
        allowed = [ip_network(network) for network in networks]
        return CollectorFactory(Clock(), Intake(MemoryLogs(), time.time), lambda _: ("backend", "b"), allowed)

    def test_addresses(self) -> None:
        """Only allowed addresses get a connection."""
        factory = self.factory("10.0.0.0/8", "fe80::/10")
        for host, allowed in (("10.1.2.3", True), ("11.1.2.3", False)):
            self.assertEqual(factory.buildProtocol(IPv4Address("TCP", host, 1)) is not None, allowed, host)
        for host, allowed in (("fe80::1%eth0", True), ("::1", False), ("nonsense", False)):
            self.assertEqual(factory.buildProtocol(IPv6Address("TCP", host, 1)) is not None, allowed, host)
        self.assertIsNone(factory.buildProtocol(UNIXAddress(b"/x")))
        self.assertIsNone(factory.buildProtocol(None))

    def test_silence(self) -> None:
        """A peer that does not register is cut off."""
        clock = Clock()
        factory = CollectorFactory(clock, Intake(MemoryLogs(), time.time), lambda _: ("backend", "b"), LOOPBACK)
        link = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
        assert link is not None
        aborted: list[int] = []
        link.abort = lambda: aborted.append(1)  # type: ignore[method-assign]
        clock.advance(HANDSHAKE_SECONDS)
        self.assertEqual(aborted, [1])

    def test_relayed_records(self) -> None:
        """A backend passes on workers' records as theirs; nobody else passes on anything."""
        record = make_record(machine="w1", component="worker")
        self.assertEqual(Sender("backend", "b1").sign(record), record)
        other = replace(record, component="frontend")
        for sender, given in ((Sender("frontend", "f1"), record), (Sender("backend", "b1"), other)):
            signed = sender.sign(given)
            self.assertEqual((signed.machine, signed.component), (sender.name, sender.role))

    def test_lines_that_are_no_records(self) -> None:
        """A batch of nothing has nothing."""
        self.assertEqual(decode_batch(b""), ([], 1))

    def test_memory_of_mended_times_is_bounded(self) -> None:
        """Remembered ids of absurd records have a limit."""
        intake = Intake(MemoryLogs(), lambda: 1_790_000_000.0)
        absurd = datetime(1999, 1, 1, tzinfo=UTC)
        self.successResultOf(
            Deferred.fromCoroutine(intake.deliver(make_record(time=absurd) for _ in range(REMEMBERED + 5)))
        )
        self.assertEqual(len(intake._mended), REMEMBERED)


class UpkeepTests(SynchronousTestCase):
    """Housekeeping."""

    def test_days(self) -> None:
        """Days ahead are made, old ones dropped, every hour, also after a failure."""
        clock = Clock()
        clock.advance(1_790_000_000)
        now = datetime.fromtimestamp(clock.seconds(), UTC)
        store = MemoryLogs()
        old = make_record(time=now - timedelta(days=91))
        self.successResultOf(Deferred.fromCoroutine(store.insert([old, make_record(time=now)])))
        upkeep = Upkeep(clock, store, keep_days=90)
        self.addCleanup(upkeep.stop)
        upkeep.start()
        self.assertEqual(store.days, {(now + timedelta(days=ahead)).date() for ahead in range(3)})
        self.assertEqual(len(store.records), 1)
        drop = store.drop_before
        store.drop_before = None  # type: ignore[assignment,method-assign]
        clock.advance(3600)
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        store.drop_before = drop  # type: ignore[method-assign]
        clock.advance(24 * 3600)
        self.assertIn((now + timedelta(days=3)).date(), store.days)
