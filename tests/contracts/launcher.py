"""What every ILauncher does: the client of the process with host root, and the fake of other tests.

Mix it into a trial TestCase that says how to make a launcher.
"""

from __future__ import annotations

import socket
from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.threads import deferToThread
from zope.interface import implementer
from zope.interface.verify import verifyObject

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher, ILauncherListener
from sagews.model.identifiers import SessionId, WorkspaceId, new_id
from sagews.model.sessions import EVALUATION, Isolation, Limits
from sagews.wire.jobs import SnapshotAnswer, SnapshotRequest
from sagews.wire.launcher import READ

if TYPE_CHECKING:
    from twisted.trial.unittest import TestCase

    Base = TestCase
else:
    Base = object

SECONDS = 20


@implementer(ILauncherListener)
class Listener:
    """Remembers how a session ended."""

    def __init__(self) -> None:
        self.endings: list[str] = []
        self.over: Deferred[None] = Deferred()

    def ended(self, reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """Take the end."""
        self.endings.append(reason)
        if not self.over.called:
            self.over.callback(None)


class LauncherContract(Base, metaclass=ABCMeta):
    """The tests; `make_launcher` returns a launcher that serves."""

    flavour = "python"
    timeout = 60

    @abstractmethod
    async def make_launcher(self) -> Any:
        """Return an ILauncher that starts Python sessions and runs the job "snapshot"."""

    async def opened(self, launcher: Any, workspace: WorkspaceId | None = None) -> tuple[SessionId, Listener, Any]:
        """Open a session; return its id, its listener and the worker's end of its socket."""
        session, listener = SessionId(new_id()), Listener()
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        ours.settimeout(SECONDS)
        await launcher.open_session(session, workspace, self.flavour, Limits(), theirs, listener, EVALUATION)
        self.assertEqual(theirs.fileno(), -1)
        return session, listener, ours

    async def snapshot(self, launcher: Any, input: bytes) -> bytes:
        """Run the job on an empty home."""
        answer: bytes = await launcher.run_job(
            "snapshot", None, access=READ, arguments={}, input=input, seconds=SECONDS,
            output_limit=10**6, limits=Limits(),
        )  # fmt: skip
        return answer

    async def check_refused(self, code: str, waiting: Any) -> None:
        """Hold that awaiting this raises SagewsError of this code."""
        error = await self.assertFailure(ensureDeferred(waiting), SagewsError)
        self.assertEqual(error.code, code)

    async def test_what_it_is(self) -> None:
        """It has all of ILauncher, names a level that there is, and the flavours that it starts."""
        launcher = await self.make_launcher()
        verifyObject(ILauncher, launcher)
        self.assertIn(launcher.level, list(Isolation))
        self.assertIn(self.flavour, launcher.flavours)
        self.assertTrue(launcher.report)

    async def test_a_session_until_its_end(self) -> None:
        """It has its socket, uses something, and its end is told once however often it is killed."""
        launcher = await self.make_launcher()
        session, listener, ours = await self.opened(launcher)
        self.assertIn(b"ready", await deferToThread(ours.recv, 1000))
        usage = (await launcher.usage([session]))[session]
        self.assertGreaterEqual(usage.memory, 0)
        launcher.signal(session, "KILL")
        launcher.signal(session, "KILL")
        await listener.over
        launcher.signal(session, "INT")
        # An answer from the launcher: whatever it had to say about the session has arrived before.
        await launcher.usage([])
        self.assertEqual(listener.endings, ["killed"])

    async def test_a_refused_session(self) -> None:
        """An unknown flavour is refused by name, both ends of the socket are closed, and the listener hears nothing."""
        launcher, listener = await self.make_launcher(), Listener()
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        ours.settimeout(SECONDS)
        session = SessionId(new_id())
        opening = launcher.open_session(session, None, "cobol", Limits(), theirs, listener, EVALUATION)
        await self.check_refused("unknown-flavour", opening)
        self.assertEqual((await deferToThread(ours.recv, 1), theirs.fileno()), (b"", -1))
        launcher.signal(session, "KILL")
        self.assertEqual(listener.endings, [])

    async def test_a_job(self) -> None:
        """It gives what its program printed; one that fails is `internal`."""
        launcher = await self.make_launcher()
        answer = await self.snapshot(launcher, SnapshotRequest({}).to_bytes())
        self.assertEqual(SnapshotAnswer.from_bytes(answer).left_out, ())
        await self.check_refused("internal", self.snapshot(launcher, b"no parcel"))

    async def test_a_home_is_forgotten(self) -> None:
        """After its session a home can be removed, and removing it again is no error."""
        launcher, workspace = await self.make_launcher(), WorkspaceId(new_id())
        session, listener, _ = await self.opened(launcher, workspace)
        launcher.signal(session, "KILL")
        await listener.over
        await launcher.forget(workspace)
        await launcher.forget(workspace)
        self.assertIsNone(launcher.home_usage(workspace))
