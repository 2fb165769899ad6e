"""The link between a worker and its backend, over real TLS on loopback."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime

from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from sagews.backend.workers import listener as backend_link
from sagews.model.identifiers import RunId, WorkspaceId, new_id
from sagews.model.sessions import Ending, Piece, PieceKind
from sagews.ops.tls.authority import Authority
from sagews.wire import worker as wire
from sagews.wire.session import frames as session_wire
from sagews.wire.session.messages import complete_message, run_message
from sagews.worker.sessions.bounds import Bounds
from tests.contracts.session_host import evaluate
from tests.worker.fakes import FLOODS, PRINTS, evaluation
from tests.worker.link_case import LinkTestCase
from tests.worker.rig import Rig


class LossTests(LinkTestCase):
    """A lost connection loses nothing."""

    async def test_output_goes_on_after_a_cut(self) -> None:
        """Killed in the middle of a stream, again and again, a link delivers each line once and in order."""
        rig = Rig(self, reactor)
        session, recorder, run = await self.running(rig)
        fake = rig.launcher.sessions[session]
        for number in range(60):
            fake.say(session_wire.StreamFrame(run, "stdout", f"{number}\n"))
            if number % 20 == 10:
                # In the middle: something of this has arrived, and what was said in this turn has not.
                before = len(recorder.pieces)
                await rig.until(lambda before=before: len(recorder.pieces) > before)
                fake.say(session_wire.StreamFrame(run, "stdout", ""))
                rig.cut()
            if number % 3 == 0 and recorder.pieces:
                rig.hosts[0].acknowledge(session, recorder.pieces[-1].sequence)
        fake.done("ok")
        await recorder.done
        self.assertEqual(recorder.text, "".join(f"{number}\n" for number in range(60)))
        numbers = [piece.sequence for piece in recorder.pieces]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertEqual(len(rig.hosts), 1)

    async def test_a_cell_handed_over_without_a_link(self) -> None:
        """A cell that is handed over while the link is down runs once when it is up."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        rig.cut()
        await rig.until(lambda: rig.hosts[0].info.capacity == 0)
        await evaluate(rig.hosts[0], session, evaluation(PRINTS))
        await recorder.done
        self.assertEqual(recorder.text, "hello\n")

    async def test_the_same_run_twice(self) -> None:
        """A cell that is sent again after a resume, because its answer was lost, runs once."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        cell = evaluation(PRINTS)
        await evaluate(rig.hosts[0], session, cell)
        await self.server_link(rig).ask(wire.SendMessage, session=session, message=run_message(cell), run=cell.run)
        await recorder.done
        # A session takes one thing after the other: a second cell would have printed before it answers this.
        await rig.hosts[0].ask(session, complete_message("pri", 3))
        await rig.until(lambda: not rig.local.unacknowledged or recorder.pieces[-1].kind is PieceKind.DONE)
        self.assertEqual(recorder.text, "hello\n")

    async def test_a_session_that_ends_without_a_link(self) -> None:
        """What a session said and why it ended arrives after the resume."""
        rig = Rig(self, reactor)
        session, recorder, run = await self.running(rig)
        rig.cut()
        await rig.until(lambda: rig.hosts[0].info.capacity == 0)
        rig.launcher.sessions[session].say(session_wire.StreamFrame(run, "stdout", "last words"))
        rig.launcher.end(session, "memory", -9)
        self.assertEqual((await recorder.over).reason, "memory")
        self.assertEqual(recorder.text, "last words")

    async def test_other_requests_are_refused_meanwhile(self) -> None:
        """Without a link interrupts and questions are refused at once, and no session is placed there."""
        rig = Rig(self, reactor)
        session, _ = await self.opened(rig)
        rig.cut()
        await rig.until(lambda: rig.hosts[0].info.capacity == 0)
        self.assertEqual((await self.refusal(rig.hosts[0].interrupt(session))).code, "worker-lost")
        self.assertEqual((await self.refusal(self.opened(rig))).code, "worker-lost")

    async def test_a_link_that_stays_away(self) -> None:
        """After the set time both sides end: the worker its sessions, the backend its listeners."""
        rig = Rig(self, reactor, keep_seconds=0.3)
        self.patch(backend_link, "MARGIN_SECONDS", 0.2)
        session, recorder = await self.opened(rig)
        rig.jitter = 100.0
        rig.cut()
        self.assertEqual((await recorder.over).reason, "worker-lost")
        await rig.until(lambda: rig.removed == rig.hosts)
        self.assertIn((session, "KILL"), rig.launcher.signals)

    async def test_a_backend_that_started_anew(self) -> None:
        """A session that the backend does not know after a resume is ended by the worker."""
        rig = Rig(self, reactor)
        session, _ = await self.opened(rig)
        self.addCleanup(rig.gate._hosts.pop("worker-1").give_up)
        rig.cut()
        await rig.until(lambda: (session, "KILL") in rig.launcher.signals)
        await rig.until(lambda: len(rig.hosts) == 2)
        self.assertIsNot(rig.hosts[0], rig.hosts[1])


class BackpressureTests(LinkTestCase):
    """Who does not acknowledge stops the session, and nothing piles up on the way."""

    async def test_a_listener_that_never_acknowledges(self) -> None:
        """The session is read up to its window, and no hop holds more; a command still goes through at once."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        await evaluate(rig.hosts[0], session, evaluation(FLOODS))
        fake = rig.launcher.sessions[session]
        await rig.until(lambda: fake._run is not None)
        fake.flooding = True
        for _ in range(60):
            try:
                fake.doWrite()
            except BlockingIOError:
                # Its socket is full: the worker reads on in the next turn, unless the window is closed.
                await rig.later(0)
        window, link = Bounds().window, rig.link
        assert link is not None

        def received() -> int:
            return sum(piece.size for piece in recorder.pieces)

        await rig.until(lambda: received() >= window and rig.local.unacknowledged == received() and not link._in_flight)
        self.assertLess(received(), window + 256 * 1024)
        # Nobody acknowledges, so an answer that had to wait behind output would never come.
        self.assertGreater((await rig.hosts[0].usage(session)).memory, 0)
        self.assertLess(received(), window + 256 * 1024)
        rig.hosts[0].acknowledge(session, recorder.pieces[-1].sequence)
        before = len(recorder.pieces)
        await rig.until(lambda: len(recorder.pieces) > before)

    async def test_a_flood_leaves_others_their_share(self) -> None:
        """While one session floods and is acknowledged, another's short output arrives promptly."""
        rig = Rig(self, reactor)
        loud, loud_recorder, run = await self.running(rig)
        quiet, quiet_recorder = await self.opened(rig)
        fake = rig.launcher.sessions[loud]
        for _ in range(3):
            fake.say(session_wire.StreamFrame(run, "stdout", "x" * 60_000))
        await evaluate(rig.hosts[0], quiet, evaluation(PRINTS))
        await quiet_recorder.done
        self.assertEqual(quiet_recorder.text, "hello\n")
        await rig.until(lambda: len(loud_recorder.text) >= 180_000)
        self.assertEqual(loud_recorder.text, "x" * 180_000)


class CertificateTests(LinkTestCase):
    """Who may link."""

    async def check_never_linked(self, rig: Rig) -> None:
        """Hold that who dialled was turned away, and dials again, without ever being registered."""
        failures: list[float] = []
        assert rig.link is not None
        backoff = rig.link._dialler._backoff
        take = backoff.take
        self.patch(backoff, "take", lambda: failures.append(take()) or 0.01)
        await rig.until(lambda: len(failures) >= 2)
        self.assertEqual(rig.hosts, [])

    async def test_a_wrong_role(self) -> None:
        """A certificate of the authority with another role is refused in the handshake."""
        rig = Rig(self, reactor, role="frontend")
        await rig.listen()
        rig.dial()
        await self.check_never_linked(rig)

    async def test_another_workers_name(self) -> None:
        """A worker can't register under another's id."""
        rig = Rig(self, reactor, name="worker-2")
        await rig.listen()
        rig.dial()
        await self.check_never_linked(rig)

    async def test_a_foreign_authority(self) -> None:
        """A certificate of another authority is refused, whatever role it names."""
        rig = Rig(self, reactor)
        await rig.listen()
        rogue = Authority(rig.folder / "rogue", datetime.now(UTC))
        rogue.ensure()
        files = rig.files("worker", "worker-1", rogue)
        rig.dial(replace(files, authority=rig.authority.certificate))
        await self.check_never_linked(rig)

    async def test_an_expired_certificate(self) -> None:
        """A certificate that has ended is refused."""
        rig = Rig(self, reactor)
        await rig.listen()
        past = Authority(rig.folder / "authority", datetime(2020, 1, 1, tzinfo=UTC))
        rig.dial(rig.files("worker", "worker-1", past))
        await self.check_never_linked(rig)

    async def test_a_backend_that_is_none(self) -> None:
        """A worker refuses a server whose certificate is not a backend's."""
        rig = Rig(self, reactor)
        original = rig.files
        rig.files = lambda role, name, authority=None: original(  # type: ignore[method-assign]
            "log" if role == "backend" else role, name, authority
        )
        await rig.listen()
        rig.dial()
        await self.check_never_linked(rig)

    async def test_no_certificate(self) -> None:
        """A peer that speaks no TLS, or has no certificate, gets no word."""
        rig = Rig(self, reactor)
        await rig.listen()
        with socket.create_connection(("127.0.0.1", rig.port)) as stranger:
            stranger.sendall(b"\x00\x04_ask\x00\x011\x00\x08_command\x00\x04Ping\x00\x00")
            answer = await deferToThread(_rest, stranger)
        self.assertNotIn(b"_answer", answer)
        self.assertEqual(rig.hosts, [])


class HostileWorkerTests(LinkTestCase):
    """A worker can only speak of what it was given."""

    async def test_output_of_a_foreign_session(self) -> None:
        """Output and ends of sessions that it was not given change nothing."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        assert rig.link is not None and rig.link._link is not None
        piece = Piece(1, RunId(new_id()), PieceKind.STREAM, {"name": "stdout", "text": "x"}, 1)
        await rig.link._link.ask(wire.Pieces, batch=[(new_id(), [piece])])
        await rig.link._link.ask(wire.SessionEnded, session=new_id(), ending=Ending("exit"))
        await evaluate(rig.hosts[0], session, evaluation(PRINTS))
        await recorder.done
        self.assertEqual(recorder.text, "hello\n")

    async def test_output_of_a_foreign_run(self) -> None:
        """Output of a run that the session was not given ends the session here, and the link starts anew."""
        rig = Rig(self, reactor)
        session, recorder = await self.opened(rig)
        assert rig.link is not None and rig.link._link is not None
        piece = Piece(1, RunId(new_id()), PieceKind.STREAM, {"name": "stdout", "text": "x"}, 1)
        await self.refusal(rig.link._link.ask(wire.Pieces, batch=[(session, [piece])]))
        self.assertEqual((await recorder.over).reason, "protocol")
        self.assertEqual(recorder.pieces, [])
        await rig.until(lambda: (session, "KILL") in rig.launcher.signals)

    async def test_an_older_epoch(self) -> None:
        """A worker refuses a backend's older epoch, and a backend a session held under another epoch."""
        rig = Rig(self, reactor)
        workspace = WorkspaceId(new_id())
        session, recorder = await self.opened(rig, workspace=workspace, epoch=5)
        self.assertEqual((await self.refusal(self.opened(rig, workspace=workspace, epoch=4))).code, "conflict")
        assert rig.link is not None
        outgoing = rig.link._outgoing[session]
        outgoing.request = replace(outgoing.request, epoch=6)
        rig.cut()
        self.assertEqual((await recorder.over).reason, "worker-lost")


def _rest(stranger: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    found = b""
    try:
        while data := stranger.recv(1000):
            found += data
    except ConnectionError:
        pass
    return found
