"""Several backends use one worker: whose wishes hold, and what each learns of the others' sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.workers.pool import Hosts
from sagews.backend.workers.remote_host import RemoteHost
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.logs import LogQuery
from sagews.model.sessions import Isolation, WorkerInfo
from sagews.net.amp import AmpLink
from sagews.wire import worker as wire
from sagews.wire.worker import WorkerSettings
from sagews.worker.links.linked_sink import LinkedSink
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings
from tests.contracts.logs import LogSinkContract, make_record
from tests.contracts.session_host import evaluate
from tests.worker.fakes import PRINTS, WORKER, FakeLauncher, evaluation
from tests.worker.link_case import LinkTestCase
from tests.worker.rig import Rig


class WishTests(SynchronousTestCase):
    """What backends wish of a worker."""

    def setUp(self) -> None:
        """Make a worker that may have nine sessions."""
        self.host = LocalHost(Clock(), FakeLauncher(Clock()), WORKER, settings=LocalSettings(capacity=9))

    def test_a_wish_replaces_the_one_before(self) -> None:
        """A backend that comes back and wants less than before gets that: nothing stays until the next start."""
        self.host.tighten("one", WorkerSettings(capacity=3))
        self.assertEqual(self.host.settings.capacity, 3)
        self.host.tighten("one", WorkerSettings(capacity=50))
        self.assertEqual(self.host.settings.capacity, 9)

    def test_the_tightest_of_several_holds(self) -> None:
        """As long as its backend is there; when that is gone the others' wishes hold."""
        self.host.tighten("one", WorkerSettings(capacity=3, run_seconds=60))
        self.host.tighten("two", WorkerSettings(capacity=5, run_seconds=30))
        self.assertEqual((self.host.settings.capacity, self.host.settings.run_seconds), (3, 30))
        self.host.loosen("one")
        self.assertEqual((self.host.settings.capacity, self.host.settings.run_seconds), (5, 30))
        self.host.loosen("two")
        self.assertEqual(self.host.settings, LocalSettings(capacity=9))

    def test_a_wish_that_is_refused_changes_nothing(self) -> None:
        """A level that the machine does not reach is told, and what held before holds."""
        self.host.tighten("one", WorkerSettings(capacity=3))
        wish = WorkerSettings(capacity=1, minimum="full")
        error = self.assertRaises(SagewsError, self.host.tighten, "one", wish)
        self.assertEqual((error.code, self.host.settings.capacity), ("isolation", 3))


def remote(name: str, sessions: int) -> RemoteHost:
    """Return a linked worker as a backend sees it that has registered with so many sessions, none of them ours."""
    info = WorkerInfo(name, Isolation.NAMESPACES, ("python",), {}, sessions, 10)
    host = RemoteHost(Clock(), info, 120, lambda host: None)
    host.attach(cast(AmpLink, object()), info, {})
    return host


class LoadTests(SynchronousTestCase):
    """Placement knows of sessions that other backends have."""

    def choose(self, *hosts: Any) -> str:
        """Return the id of the worker that is chosen."""
        pool = Hosts(Isolation.NAMESPACES, [cast(ISessionHost, host) for host in hosts])
        return str(pool.choose("python", None).info.id)

    def test_a_worker_that_others_use_is_avoided(self) -> None:
        """Of two workers on which we have nothing, the one that others use less is taken."""
        self.assertEqual(self.choose(remote("a", 8), remote("b", 2)), "b")

    def test_a_worker_tells_how_its_load_changes(self) -> None:
        """What it said last counts, and a full one gets nothing."""
        busy, calm = remote("a", 0), remote("b", 2)
        self.assertEqual(self.choose(busy, calm), "a")
        busy.load(10)
        self.assertEqual(self.choose(busy, calm), "b")
        busy.load(1)
        self.assertEqual(self.choose(busy, calm), "a")


class LinksTests(LogSinkContract, LinkTestCase):
    """One worker with a link to each of two backends, over real TLS."""

    async def linked(self) -> tuple[Rig, Rig]:
        """Return two backends of one worker."""
        one = Rig(self, reactor)
        two = Rig(self, reactor, backend="backend-2", shared=one)
        await one.host()
        await two.host()
        return one, two

    async def test_each_has_its_own_sessions(self) -> None:
        """What one opens the other may not touch, and the end of one link leaves the other's sessions alone."""
        one, two = await self.linked()
        (first, heard), (second, other) = await self.opened(one), await self.opened(two)
        error = await self.refusal(self.server_link(two).ask(wire.EndSession, session=first, reason="stopped"))
        self.assertEqual(error.code, "no-session")
        await evaluate(one.hosts[0], first, evaluation(PRINTS))
        await heard.done
        assert one.link is not None
        await one.link.stop()
        await evaluate(two.hosts[0], second, evaluation(PRINTS))
        await other.done
        self.assertEqual((heard.text, other.text), ("hello\n", "hello\n"))

    async def test_nobody_lifts_anothers_wish(self) -> None:
        """What a backend wishes holds, whatever another one says that its own name is."""
        one = Rig(self, reactor, settings=WorkerSettings(capacity=5))
        two = Rig(self, reactor, settings=WorkerSettings(capacity=9), shared=one)
        await one.host()
        await one.until(lambda: one.local.settings.capacity == 5)
        await two.host()
        assert two.link is not None
        second = two.link
        await two.until(lambda: second.linked)
        self.assertEqual(one.local.settings.capacity, 5)

    async def make_sink(self) -> tuple[Any, Any]:
        """Return the worker's sink while its first backend is away, and the store behind the other one."""
        one, two = await self.linked()
        assert one.link is not None and two.link is not None
        first, second = one.link, two.link
        await first.stop()
        await two.until(lambda: second.linked and not first.linked)
        return LinkedSink([first, second]), two.logs

    async def test_a_record_goes_to_one(self) -> None:
        """With both there the first gets it, and with neither it stays on the worker's disk."""
        one, two = await self.linked()
        assert one.link is not None and two.link is not None
        links = [one.link, two.link]
        await one.until(lambda: all(link.linked for link in links))
        await LinkedSink(links).deliver([make_record(time=datetime.now(UTC))])
        found = [len(await rig.logs.query(LogQuery())) for rig in (one, two)]
        self.assertEqual(found, [1, 0])
        self.assertEqual((await self.refusal(LinkedSink([]).deliver([]))).code, "worker-lost")
