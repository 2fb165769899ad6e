"""Several backends use one worker: whose wishes hold, and what each learns of the others' sessions."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.workers.pool import Hosts
from sagews.backend.workers.remote_host import RemoteHost
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.sessions import Isolation, WorkerInfo
from sagews.net.amp import AmpLink
from sagews.wire.worker import WorkerSettings
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings
from tests.worker.fakes import WORKER, FakeLauncher


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
