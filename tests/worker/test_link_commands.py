"""What a backend asks of a worker over the link, and what each end refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.protocols import amp

from sagews.backend.workers import remote_host
from sagews.backend.workers.remote_host import RemoteHost
from sagews.errors import SagewsError
from sagews.model.history import Snapshot
from sagews.model.identifiers import WorkspaceId, new_id
from sagews.model.logs import LogQuery, LogRecord
from sagews.model.sessions import Isolation
from sagews.net.amp import LinkCommand
from sagews.net.memory_file import MemoryFile
from sagews.wire import worker as wire
from sagews.wire.jobs import RestoreAnswer, RestoreRequest, SnapshotAnswer, SnapshotRequest
from sagews.wire.worker import RestoreHome, WorkerSettings
from sagews.worker.links import link as worker_link
from sagews.worker.settings import LocalSettings
from tests.contracts.files import lay_out
from tests.contracts.logs import LogSinkContract
from tests.contracts.session_host import evaluate
from tests.worker.fakes import PRINTS, Recorder, evaluation, session_request
from tests.worker.link_case import LinkTestCase
from tests.worker.rig import Rig


class CommandTests(LinkTestCase):
    """Everything else that goes over the link."""

    async def test_a_raising_responder(self) -> None:
        """A responder with a fault answers `internal` under an id that is in the log; the link stays up."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        link = self.server_link(rig)

        async def broken(*arguments: object) -> None:
            raise ZeroDivisionError

        rig.local.usage = broken  # type: ignore[assignment,method-assign]
        error = await self.refusal(rig.hosts[0].usage(session))
        self.assertEqual(error.code, "internal")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        await evaluate(rig.hosts[0], session, evaluation(PRINTS))
        await recorder.done
        self.assertIs(self.server_link(rig), link)

    async def test_files(self) -> None:
        """Bundles larger than any message go both ways."""
        rig = Rig(self, reactor)
        host = await rig.host()
        bundle, tree, workspace = bytes(range(256)) * 8192, "a" * 40, WorkspaceId(new_id())
        rig.launcher.answers.append(RestoreAnswer(tree, ("b" * 40,)).to_bytes())
        asked = RestoreRequest(tree, (bundle, b"second"), True, ("x.sage.md",))
        await lay_out(host.files, workspace, 1, asked)
        self.assertEqual(RestoreRequest.from_bytes(rig.launcher.jobs[0][3]), asked)
        rig.launcher.answers.append(SnapshotAnswer(tree, ("c" * 40,), (("big", "too large"),), bundle).to_bytes())
        found = await host.files.snapshot(workspace, 1, SnapshotRequest({"a.sage.md": b"# A"}, tree))
        self.assertEqual(found, Snapshot(tree, bundle, (("big", "too large"),)))
        await host.files.forget(workspace, 1)
        self.assertEqual(rig.launcher.forgotten, [workspace])

    async def test_whose_turn_it_is(self) -> None:
        """The owner of a workspace goes over the link with what is to be done with its files, and to the launcher."""
        rig = Rig(self, reactor)
        host = await rig.host()
        tree, workspace, owner = "a" * 40, WorkspaceId(new_id()), new_id()
        with MemoryFile() as parcel:
            parcel.write(RestoreRequest(None, ()).to_bytes())
            rig.launcher.answers.append(RestoreAnswer(None, ()).to_bytes())
            await host.files.restore(workspace, 1, parcel, account=owner)
        rig.launcher.answers.append(SnapshotAnswer(tree, (), (), b"").to_bytes())
        await host.files.snapshot(workspace, 1, SnapshotRequest({}), account=owner)
        self.assertEqual(rig.launcher.accounts, [owner, owner])
        error = await self.refusal(host.files.snapshot(workspace, 1, SnapshotRequest({}), account="no id"))
        self.assertEqual(error.code, "bad-value")

    async def test_the_version_before(self) -> None:
        """A backend that names no account is understood, and a worker that knows none takes no notice of it."""
        link = self.server_link(await self._linked())
        box = amp.AmpBox(workspace=b"w", epoch=b"1", transfer=b"2", replace=b"True")
        self.assertIsNone(RestoreHome.parseArguments(box.copy(), link)["account"])

        class Before(LinkCommand):
            arguments = RestoreHome.arguments[:-1]

        taken = Before.parseArguments(amp.AmpBox({**box, b"account": b"somebody"}), link)
        self.assertEqual(taken, {"workspace": "w", "epoch": 1, "transfer": 2, "replace": True})

    async def _linked(self) -> Rig:
        rig = Rig(self, reactor)
        await rig.host()
        await rig.until(lambda: rig.link is not None and rig.link.linked)
        return rig

    async def test_settings(self) -> None:
        """A backend's settings reach the worker, tighten its own, and can't widen them."""
        settings = WorkerSettings(capacity=5, keep_seconds=7, minimum="none", run_seconds=10**5)
        rig = Rig(self, reactor, settings=settings, local=LocalSettings(capacity=9, run_seconds=60))
        await rig.host()
        await rig.until(lambda: rig.local.settings.capacity == 5)
        expected = LocalSettings(5, Isolation.NAMESPACES, None, 7, 60)
        self.assertEqual(rig.local.settings, expected)

    async def test_load(self) -> None:
        """A backend learns how many sessions the worker has in all, those of other backends too."""
        self.patch(worker_link, "LOAD_SECONDS", 0.01)
        rig = Rig(self, reactor)
        host = await rig.host()
        await rig.until(lambda: rig.link is not None and rig.link.linked)
        await host.open_session(session_request(), Recorder())
        await rig.local.open_session(session_request(), Recorder())
        await rig.until(lambda: host.info.sessions == 2)
        self.assertEqual(len(rig.launcher.sessions), 2)

    async def test_a_level_that_is_not_reached(self) -> None:
        """A worker that can't reach the level that a backend wants does not serve it."""
        rig = Rig(self, reactor, settings=WorkerSettings(minimum="full"))
        await rig.listen()
        refused: list[str] = []
        tighten = rig.local.tighten

        def tightened(backend: object, wanted: WorkerSettings) -> None:
            try:
                tighten(backend, wanted)
            except SagewsError as error:
                refused.append(error.code)
                raise

        self.patch(rig.local, "tighten", tightened)
        link = rig.dial()
        # The second refusal shows what it did after the first: it dialled again, and served nobody meanwhile.
        await rig.until(lambda: len(refused) == 2)
        self.assertEqual((refused, link.linked), (["isolation"] * 2, False))

    async def test_a_session_that_does_not_start_in_time(self) -> None:
        """When the backend gives up waiting for a session, the worker ends it, and its listener hears nothing."""
        self.patch(remote_host, "OPEN_SECONDS", 0.2)
        rig = Rig(self, reactor)
        host = await rig.host()
        rig.launcher.silent = True
        request, recorder = session_request(), Recorder()
        await self.refusal(host.open_session(request, recorder))
        await rig.until(lambda: (request.session, "KILL") in rig.launcher.signals)
        self.assertEqual((recorder.endings, host.info.sessions), ([], 0))

    async def test_logs(self) -> None:
        """A worker's records reach the backend's sink under the name in its certificate."""
        rig = Rig(self, reactor)
        await rig.host()
        await rig.until(lambda: rig.link is not None and rig.link.linked)
        record = LogRecord(new_id(), datetime.now(UTC), "liar", "backend", "info", "x", "c", "hello", {"a": 1})
        assert rig.link is not None
        await rig.link.deliver([record])
        self.assertEqual(await rig.logs.query(LogQuery()), [replace(record, machine="worker-1", component="worker")])

    async def test_no_delay(self) -> None:
        """TCP_NODELAY is on at both ends, beneath the TLS."""
        rig = Rig(self, reactor)
        await rig.host()
        await rig.until(lambda: rig.link is not None and rig.link.linked)
        assert rig.link is not None and rig.link._link is not None
        for link in (self.server_link(rig), rig.link._link):
            transport: Any = link.transport
            self.assertTrue(transport.getTcpNoDelay())

    async def test_a_stranger_that_says_nothing(self) -> None:
        """A worker that connects and does not register is closed after its time."""
        rig = Rig(self, reactor)
        self.patch(wire, "REGISTER_SECONDS", 0.2)
        await rig.listen()
        link = rig.dial()
        link._dialler._register = lambda link: Deferred()
        await rig.until(lambda: len(rig.gate._links) == 1)
        await rig.until(lambda: len(rig.gate._links) == 0)
        self.assertEqual(rig.hosts, [])

    async def test_the_same_worker_twice(self) -> None:
        """A second link of the same worker replaces the first, and its host stays the same."""
        rig = Rig(self, reactor)
        host = await rig.host()
        first = rig.link
        assert first is not None
        rig.dial()
        await rig.until(lambda: rig.link is not None and rig.link.linked and not first.linked)
        self.assertEqual(rig.hosts, [host])
        self.assertIsInstance(host, RemoteHost)
        await first.stop()


class LogsThroughTheLinkTests(LogSinkContract, LinkTestCase):
    """A worker's link as the sink of its records."""

    async def make_sink(self) -> tuple[Any, Any]:
        """Return a link, and the store behind its backend."""
        rig = Rig(self, reactor)
        await rig.host()
        await rig.until(lambda: rig.link is not None and rig.link.linked)
        return rig.link, rig.logs
