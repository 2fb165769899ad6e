"""The contract again, on real sessions: launcher, jail, evaluation loop; in process and over the link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from sagews.config.settings import Settings
from sagews.model.identifiers import WorkerId, WorkspaceId, new_id
from sagews.model.sessions import Limits, PieceKind
from sagews.roles.launcher import least_level
from sagews.wire.jobs import SnapshotRequest
from sagews.worker.sessions.host import LocalHost
from sagews.worker.settings import LocalSettings
from tests.contracts.session_host import Listener, SessionHostContract, evaluate
from tests.worker.fakes import evaluation, session_request
from tests.worker.real_launcher import real_launcher
from tests.worker.rig import NAME, Rig

pytestmark = pytest.mark.slow
MEBIBYTE = 1024 * 1024


class RealTestCase(TestCase):
    """A host with real sessions."""

    timeout = 90

    async def local(self) -> LocalHost:
        """Return a worker whose launcher ends with the test."""
        self.deaths: list[str] = []
        launcher = real_launcher(reactor, Path(self.mktemp()).absolute(), self.deaths.append)
        launcher.start_privileged()
        self.addCleanup(launcher.stop)
        await launcher.started()
        # What whoever runs the tests can reach at best, as in a daemon: an ordinary user has no `namespaces`.
        bounds = LocalSettings(minimum=least_level(Settings()))
        host = LocalHost(reactor, launcher, WorkerId(NAME), settings=bounds, job_limits=Limits(cpu_seconds=60))
        host.start()
        self.addCleanup(host.stop)
        return host


class RealContractTests(SessionHostContract, RealTestCase):
    """In process."""

    timeout = 90

    async def make_host(self) -> Any:
        """Return the worker."""
        return await self.local()


class RealLinkTests(RealTestCase):
    """Over mutual TLS."""

    async def test_a_cut_link_loses_nothing(self) -> None:
        """A real session prints while its link is killed again and again: every line arrives once, in order."""
        rig = Rig(self, reactor)
        rig.local = await self.local()
        remote = await rig.host()
        request, listener = session_request(), Listener()
        await remote.open_session(request, listener)
        source = "import time\nfor i in range(300):\n    print(i)\n    time.sleep(0.01)"
        await evaluate(remote, request.session, evaluation(source))
        for _ in range(3):
            await listener.until_pieces(len(listener.pieces) + 5)
            rig.cut()
        pieces = await listener.until_done()
        text = "".join(piece.body["text"] for piece in pieces if piece.kind is PieceKind.STREAM)
        self.assertEqual(text, "".join(f"{i}\n" for i in range(300)))


class RealEndTests(RealTestCase):
    """Why real sessions end."""

    async def opened(self, **asked: Any) -> tuple[LocalHost, Any, Listener]:
        """Open a session."""
        host, request, listener = await self.local(), session_request(**asked), Listener()
        await host.open_session(request, listener)
        return host, request.session, listener

    async def test_memory(self) -> None:
        """A session that takes more memory than it may is ended or gets a MemoryError; the worker goes on."""
        host, session, listener = await self.opened(limits=Limits(memory=300 * MEBIBYTE))
        await evaluate(
            host, session, evaluation("x = bytearray(2_000_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1")
        )
        while not listener.endings and not any(piece.kind is PieceKind.DONE for piece in listener.pieces):
            await listener._next()
        if listener.endings:
            self.assertEqual(listener.endings[0].reason, "memory")
        else:
            self.assertEqual(listener.pieces[-1].body["status"], "error")

    async def test_exit(self) -> None:
        """A session that exits says with which status."""
        host, session, listener = await self.opened()
        await evaluate(host, session, evaluation("import os; os._exit(3)"))
        ending = await listener.until_ended()
        self.assertEqual((ending.reason, ending.detail["status"]), ("exit", 3))

    async def test_one_stop_is_enough(self) -> None:
        """A cell that loses the first two signals, as engines may, ends all the same; the next cell is not hit."""
        host, session, listener = await self.opened()
        await evaluate(host, session, evaluation(LOSES_TWO))
        await listener.until_pieces(1)
        await host.interrupt(session)
        pieces = await listener.until_done()
        self.assertEqual(pieces[-1].body["status"], "interrupted")
        await evaluate(host, session, evaluation("1 + 1"))
        while sum(piece.kind is PieceKind.DONE for piece in listener.pieces) < 2:
            await listener.until_pieces(len(listener.pieces) + 1)
        self.assertEqual(listener.pieces[-1].body["status"], "ok")

    async def test_a_home_is_shared_and_forgotten(self) -> None:
        """Two sessions of a workspace see the same files; when the home is forgotten, they are gone."""
        workspace = WorkspaceId(new_id())
        host, session, listener = await self.opened(workspace=workspace)
        await evaluate(host, session, evaluation("open('note.txt', 'w').write('kept')"))
        await listener.until_done()
        for expected in ("kept", "[]"):
            request, other = session_request(workspace=workspace), Listener()
            await host.open_session(request, other)
            await evaluate(host, request.session, evaluation(f"import os\nprint({SEEN[expected]}, end='')"))
            pieces = await other.until_done()
            self.assertEqual(pieces[0].body["text"], expected)
            for each, heard in ((session, listener), (request.session, other)):
                if not heard.endings:
                    await host.end_session(each, "stopped")
                    await heard.until_ended()
            await host.files.forget(workspace, 1)

    async def test_files_come_back(self) -> None:
        """A snapshot of a home, documents laid in, is a bundle; a commit made of it fills an empty home again."""
        workspace = WorkspaceId(new_id())
        host, session, listener = await self.opened(workspace=workspace)
        await evaluate(host, session, evaluation("open('note.txt', 'w').write('kept')"))
        await listener.until_done()
        first = await host.files.snapshot(workspace, 1, SnapshotRequest({"a.sage.md": b"# A\n"}))
        self.assertRegex(first.tree, "^[0-9a-f]{40}$")
        self.assertIn(b"# v2 git bundle", bytes(first.bundle[:32]))
        again = await host.files.snapshot(workspace, 1, SnapshotRequest({"a.sage.md": b"# A\n"}, first.tree))
        self.assertEqual(again.tree, first.tree)


LOSES_TWO = """
import signal
heard = []
def handler(number, frame):
    heard.append(number)
    if len(heard) > 2:
        signal.default_int_handler(number, frame)
signal.signal(signal.SIGINT, handler)
print("begun")
while True: pass
"""
SEEN = {"kept": "open('note.txt').read()", "[]": "[name for name in os.listdir('.') if name == 'note.txt']"}
