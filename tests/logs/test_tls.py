"""The whole way of a record: event, disk, shipper, mutual TLS, collector, PostgreSQL."""

from __future__ import annotations

import socket
import tempfile
import time
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import Logger, LogPublisher

from sagews.logs.collector import CollectorFactory
from sagews.logs.intake import Intake
from sagews.logs.observer import SpoolObserver
from sagews.logs.remote import RemoteSink
from sagews.logs.shipper import Shipper, read_records
from sagews.logs.spool import Spool
from sagews.model.database import DatabaseRole
from sagews.model.logs import LogQuery, LogRecord
from sagews.ops.tls.authority import Authority, Files
from sagews.ops.tls.contexts import DaemonClient, DaemonServer, PromptTLSFactory, TLSClientEndpoint, identify
from sagews.store.logs.logs import LogStore
from tests.contracts.logs import make_record
from tests.postgres import PostgresTestCase
from tests.waiting import until

pytestmark = pytest.mark.slow


class WholeWayTests(PostgresTestCase):
    """A sender and a collector on the loopback, with certificates of one authority."""

    def setUp(self) -> None:
        """Make an authority, a spool and a logger."""
        super().setUp()
        self.authority = self._authority()
        self.keys = Path(self.mktemp())
        self.spool = Spool(Path(self.mktemp()), "frontend", segment_bytes=20_000)
        observer = SpoolObserver(self.spool, "claimed", "claimed", now=time.monotonic)
        self.addCleanup(observer.close)
        self.logger = Logger(namespace="test", observer=LogPublisher(observer))
        self.port: Any = None
        self.factory: CollectorFactory | None = None
        self.addCleanup(self._until_closed)
        self.addCleanup(self._stop_collector)

    def _authority(self) -> Authority:
        folder = Path(self.mktemp())
        folder.mkdir(mode=0o700, parents=True)
        authority = Authority(folder, datetime.now(UTC))
        authority.ensure()
        return authority

    def _files(self, role: str, authority: Authority | None = None) -> Files:
        folder = Path(tempfile.mkdtemp(dir=self.mktemp_parent()))
        return (authority or self.authority).daemon(folder, role, f"{role}-7", ["127.0.0.1"], None)

    def mktemp_parent(self) -> Path:
        """Return a folder for folders."""
        self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.keys

    async def _collect(self, store: LogStore, port: int = 0) -> int:
        self.factory = CollectorFactory(reactor, Intake(store, time.time), identify, [ip_network("127.0.0.0/8")])
        wrapped: Any = PromptTLSFactory(DaemonServer(self._files("log"), ("frontend", "backend")), False, self.factory)
        self.port = reactor.listenTCP(port, wrapped, interface="127.0.0.1")
        number: int = self.port.getHost().port
        return number

    def _stop_collector(self) -> Any:
        if self.factory is not None:
            self.factory.close()
        return None if self.port is None else self.port.stopListening()

    async def _until_closed(self) -> None:
        factory = self.factory
        await until(lambda: factory is None or not factory._links)

    def _sink(self, port: int, role: str = "frontend", authority: Authority | None = None) -> RemoteSink:
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port)
        client = DaemonClient(self._files(role, authority), "log", "127.0.0.1")
        sink = RemoteSink(reactor, TLSClientEndpoint(endpoint, client))
        self.addCleanup(lambda: Deferred.fromCoroutine(sink.close()))
        return sink

    def _ship(self, sink: RemoteSink) -> Shipper:
        shipper = Shipper(reactor, self.spool, sink, deferToThread)
        shipper.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(shipper.stop()))
        return shipper

    async def _wait_for(self, store: LogStore, count: int) -> list[LogRecord]:
        for _ in range(200):
            found = await store.query(LogQuery(limit=1000))
            if len(found) >= count:
                return found
            await deferLater(reactor, 0.1)
        raise AssertionError(f"{len(found)} of {count} arrived")

    async def test_event_to_row(self) -> None:
        """What is logged stands in the database, with its time, its correlation id, and the certificate's names."""
        store = LogStore(await self.pool(DatabaseRole.LOG))
        self._ship(self._sink(await self._collect(store)))
        self.logger.warn("{user} was refused", user="ada", correlation="c-1", password="geheim")
        (record,) = await self._wait_for(store, 1)
        self.assertEqual(
            (record.machine, record.component, record.level, record.correlation, record.message),
            ("frontend-7", "frontend", "warn", "c-1", "ada was refused"),
        )
        self.assertEqual(record.fields, {"user": "ada", "password": "[hidden]"})
        self.assertLess(abs(record.time.timestamp() - time.time()), 30)

    async def test_collector_comes_late_and_goes_away(self) -> None:
        """Records written while the collector is away arrive once it is there, each once."""
        store = LogStore(await self.pool(DatabaseRole.LOG))
        port = await self._collect(store)
        sink = self._sink(port)
        shipper = self._ship(sink)
        for number in range(300):
            self.logger.info("event {number}", number=number)
            if number == 100:
                await self._wait_for(store, 101)
                await self._stop_collector()
            if number == 200:
                await until(lambda: shipper._backoff.failing)
        await self._collect(store, port)
        await self._wait_for(store, 300)
        # Behind the last record nothing is left to ship, so what was sent twice has arrived twice by now.
        await until(lambda: not read_records(self.spool, shipper.offset)[0])
        found = await store.query(LogQuery(limit=1000))
        self.assertEqual(sorted(int(record.fields["number"]) for record in found), list(range(300)))

    async def test_wrong_certificates(self) -> None:
        """A worker's certificate, and one of another authority, deliver nothing."""
        store = LogStore(await self.pool(DatabaseRole.LOG))
        port = await self._collect(store)
        for sink in (self._sink(port, "worker"), self._sink(port, authority=self._authority())):
            try:
                await sink.deliver([make_record(time=datetime.now(UTC))])
            except Exception as error:
                self.assertNotIsInstance(error, AssertionError)
            else:
                self.fail("it was delivered")
        self.assertEqual(await store.query(LogQuery()), [])

    async def test_no_delay(self) -> None:
        """Both ends of the link send small answers at once."""
        store = LogStore(await self.pool(DatabaseRole.LOG))
        sink = self._sink(await self._collect(store))
        await sink.deliver([make_record(time=datetime.now(UTC))])
        assert self.factory is not None and sink._link is not None
        for link in (sink._link, *self.factory._links):
            handle: Any = link.transport
            self.assertTrue(handle.getHandle() is not None)
            plain = handle.transport.getHandle()
            self.assertTrue(plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
