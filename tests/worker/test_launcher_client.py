"""The daemon's end of the launcher, against a launcher without jails."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase
from zope.interface.verify import verifyObject

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher
from sagews.model.identifiers import SessionId, WorkspaceId, new_id
from sagews.model.sessions import Limits
from sagews.wire.launcher import READ, Configure, LauncherDied
from sagews.worker.launcher.client import JOBS_AT_ONCE, LauncherClient
from tests.waiting import until
from tests.worker.exhaustion import no_descriptors

FAKE = str(Path(__file__).with_name("fake_launcher.py"))


class Listener:
    """Remembers how something ended."""

    def __init__(self) -> None:
        self.ending: Deferred[tuple[str, int]] = Deferred()

    def ended(self, reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """Take the end."""
        self.ending.callback((reason, status))


class Raising:
    """Has a fault."""

    def ended(self, reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """Raise."""
        raise ZeroDivisionError


class LauncherClientTests(TestCase):
    """Start, sessions, jobs, signals, death."""

    timeout = 30

    def setUp(self) -> None:
        """Have no client yet."""
        self.deaths: list[str] = []

    async def client(self, minimum: str = "namespaces") -> LauncherClient:
        """Return a client whose launcher serves."""
        client = LauncherClient(
            reactor, [sys.executable, "-I", FAKE], Configure({"python": 1}, minimum), self.deaths.append
        )
        client.start_privileged()
        self.addCleanup(client.stop)
        await client.started()
        return client

    async def job(self, client: LauncherClient, name: str, *, input: bytes = b"", output_limit: int = 10**6) -> bytes:
        """Run a job of the fake's list."""
        return await client.run_job(
            name, None, access=READ, arguments={}, input=input, seconds=20, output_limit=output_limit, limits=Limits()
        )

    async def refusal(self, waiting: Any) -> SagewsError:
        """Return the error that awaiting this raises."""
        try:
            await waiting
        except SagewsError as error:
            return error
        raise self.failureException("it was not refused")

    async def test_handshake(self) -> None:
        """After the hello the client knows level and report; flavours that failed to load are not offered."""
        client = await self.client()
        verifyObject(ILauncher, client)
        await until(lambda: list(client.flavours) == ["python"])
        self.assertEqual(client.level, "namespaces")
        self.assertEqual(client.report["uid"], os.getuid())

    async def test_the_environment_is_not_inherited(self) -> None:
        """Nothing of the daemon's environment reaches the launcher."""
        os.environ["SECRET"] = "hunter2"
        self.addCleanup(os.environ.pop, "SECRET")
        self.assertEqual((await self.client()).report["secret"], "")

    async def test_a_level_too_low(self) -> None:
        """A launcher that refuses to serve makes `started` fail with its words, and the daemon learns of the death."""
        error = await self.refusal(self.client(minimum="full"))
        self.assertIn("only namespaces", str(error))
        self.assertEqual(len(self.deaths), 1)

    async def test_a_session_gets_its_socket(self) -> None:
        """The far end of the socket is the session's; its end is told to the listener; ours is closed here."""
        client, listener = await self.client(), Listener()
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, listener, "evaluation")
            self.assertEqual(theirs.fileno(), -1)
            # The session is another process: it answers while this one waits.
            self.assertIn(b"ready", ours.recv(1000))
            ours.send(b"x")
            self.assertEqual(await listener.ending, ("exit", 0))

    async def test_signals(self) -> None:
        """KILL ends a session; a signal for something that has ended does nothing."""
        client, listener, session = await self.client(), Listener(), SessionId(new_id())
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(session, None, "python", Limits(), theirs, listener, "evaluation")
            client.signal(session, "KILL")
            self.assertEqual(await listener.ending, ("killed", -9))
            client.signal(session, "KILL")

    async def test_a_refused_session(self) -> None:
        """A refusal of the launcher reaches whoever asked, and both ends are closed."""
        client = await self.client()
        ours, theirs = socket.socketpair()
        with ours:
            error = await self.refusal(
                client.open_session(SessionId(new_id()), None, "refuse", Limits(), theirs, Listener(), "evaluation")
            )
            self.assertEqual(error.code, "busy")
            # The launcher is another process too, and closes its end by itself.
            self.assertEqual(ours.recv(1), b"")

    async def test_a_job_takes_and_gives_bytes(self) -> None:
        """Standard input arrives whole, and standard output comes back whole, beyond any pipe's size."""
        content = os.urandom(700_000)
        self.assertEqual(await self.job(await self.client(), "check", input=content), content)

    async def test_a_flood_of_jobs(self) -> None:
        """More jobs than the launcher takes are run a few at a time, and a session begins in the midst of them."""
        client, listener, session = await self.client(), Listener(), SessionId(new_id())
        jobs = [Deferred.fromCoroutine(self.job(client, "check", input=b"x")) for _ in range(3 * JOBS_AT_ONCE)]
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(session, None, "python", Limits(), theirs, listener, "evaluation")
            self.assertFalse(all(job.called for job in jobs))
            self.assertEqual(await gatherResults(jobs), [b"x"] * len(jobs))
            client.signal(session, "KILL")
            await listener.ending

    async def test_a_job_that_says_too_much(self) -> None:
        """Output beyond the limit ends the job."""
        error = await self.refusal(self.job(await self.client(), "diff", output_limit=50_000))
        self.assertEqual(error.code, "limit")

    async def test_a_job_that_fails(self) -> None:
        """A failing job is `internal`; what it said on standard error is in the log only."""
        error = await self.refusal(self.job(await self.client(), "commit"))
        self.assertEqual(error.code, "internal")
        self.assertNotIn("no such object", str(error))

    async def test_no_descriptor_is_lost(self) -> None:
        """A hundred requests leave as many descriptors open as before."""
        client = await self.client()
        await self.job(client, "check")
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(10):
            await self.job(client, "check", input=b"x")
            await self.refusal(self.job(client, "commit"))
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    async def test_no_descriptor_is_left(self) -> None:
        """A session and a job that found no descriptor are refused, leave nothing behind, and succeed the next time."""
        client, listener, session = await self.client(), Listener(), SessionId(new_id())
        await self.job(client, "check")
        before = len(os.listdir("/proc/self/fd"))
        for left in range(8):
            with no_descriptors(left=left):
                error = await self.refusal(self.job(client, "check"))
            self.assertEqual(error.code, "internal", left)
        ours, theirs = socket.socketpair()
        with ours, no_descriptors(left=0):
            opening = client.open_session(session, None, "python", Limits(), theirs, Listener(), "evaluation")
            self.assertEqual((await self.refusal(opening)).code, "internal")
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        self.assertEqual(await self.job(client, "check", input=b"x"), b"x")
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(session, None, "python", Limits(), theirs, listener, "evaluation")
        self.assertEqual((await listener.ending)[0], "exit")

    async def test_usage_and_forget(self) -> None:
        """Questions with a number get their answers."""
        client, session = await self.client(), SessionId(new_id())
        self.assertEqual((await client.usage([session]))[session].memory, 5)
        await client.forget(WorkspaceId(new_id()))

    async def test_its_death_is_told(self) -> None:
        """When the launcher dies, whoever waits gets an error, sessions end, and the daemon is told once."""
        client, listener = await self.client(), Listener()
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, listener, "evaluation")
            left, right = socket.socketpair()
            with left:
                error = await self.refusal(
                    client.open_session(SessionId(new_id()), None, "die", Limits(), right, Listener(), "evaluation")
                )
        self.assertEqual(error.code, "internal")
        self.assertEqual((await listener.ending)[0], "crash")
        self.assertEqual(len(self.deaths), 1)

    async def test_one_that_comes_back(self) -> None:
        """When the launcher is started anew sessions end, whoever waits reads one sentence, and the next one serves."""
        client, listener = await self.client(), Listener()
        ours, theirs = socket.socketpair()
        left, right = socket.socketpair()
        with ours, left:
            await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, listener, "evaluation")
            error = await self.refusal(
                client.open_session(SessionId(new_id()), None, "rebirth", Limits(), right, Listener(), "evaluation")
            )
        self.assertEqual(error.code, "flavour-failed")
        self.assertEqual((await listener.ending)[0], "crash")
        self.assertEqual(await self.job(client, "check", input=b"x"), b"x")
        self.assertEqual(self.deaths, [])

    async def test_listeners_that_raise(self) -> None:
        """What a listener raises is logged: the other sessions go on, and whoever else listens hears of the end too."""
        client, listener = await self.client(), Listener()
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, listener, "evaluation")
            await self.open_raising(client)
            self.assertEqual(await self.job(client, "check", input=b"x"), b"x")
            await until(lambda: len(client._listeners) == 1)
            self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
            self.assertFalse(listener.ending.called)
            left = await self.open_raising(client, held=True)
            with left:
                self.addCleanup(self.flushLoggedErrors, ZeroDivisionError)
                client._begins_anew(LauncherDied("its test said so"))
                self.assertEqual((await listener.ending)[0], "crash")
        self.assertEqual(self.deaths, [])

    async def open_raising(self, client: LauncherClient, *, held: bool = False) -> socket.socket:
        """Begin a session whose listener raises; without being held it ends at once."""
        ours, theirs = socket.socketpair()
        await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, Raising(), "evaluation")
        if not held:
            ours.close()
        return ours

    async def test_a_death_that_is_not_taken(self) -> None:
        """When what is done about the launcher's end raises, whoever listens or waits for its end still hears."""
        client, listener = await self.client(), Listener()

        def raises(reason: str) -> None:
            raise ZeroDivisionError

        self.patch(client, "_died", raises)
        ours, theirs = socket.socketpair()
        with ours:
            await client.open_session(SessionId(new_id()), None, "python", Limits(), theirs, listener, "evaluation")
            left, right = socket.socketpair()
            with left:
                await self.refusal(
                    client.open_session(SessionId(new_id()), None, "die", Limits(), right, Listener(), "evaluation")
                )
        self.assertEqual((await listener.ending)[0], "crash")
        # What listens is told first, and goes on in the middle of that.
        await until(lambda: client.gone.called)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    async def test_news_from_the_dead(self) -> None:
        """That the launcher died and comes back, read only when its keeper has ended too, does not hide that end."""
        client = await self.client()
        await client.stop()
        client._begins_anew(LauncherDied("it was ended by signal 9"))
        self.assertEqual(self.deaths, [])

    async def test_stop(self) -> None:
        """A stopped launcher is gone when `stop` fires, and that is no death."""
        client = await self.client()
        await client.stop()
        self.assertTrue(client.gone.called)
        self.assertEqual(self.deaths, [])
