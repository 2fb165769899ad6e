"""The control socket: one question, one answer, whatever comes."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import new_id
from sagews.ops.control import LONGEST, ask, ask_siblings, listen, socket_path
from sagews.ops.folders import Layout
from sagews.wire.control import AskReload, AskSessions, AskStatus, AskUsed, ControlQuestion
from tests.scratch import scratch_folder


class ControlTests(TestCase):
    """A daemon that answers some questions."""

    timeout = 30

    def setUp(self) -> None:
        """Listen."""
        self.layout = Layout(scratch_folder(self))
        self.layout.run.mkdir(parents=True)
        self.asked: list[ControlQuestion] = []
        self.never: Deferred[None] = Deferred()
        self.serve("all")

    def serve(self, name: str) -> None:
        """Listen as a daemon of some name."""
        port = listen(reactor, socket_path(self.layout, name), self.answer)
        assert port is not None
        self.addCleanup(lambda: maybeDeferred(port.stopListening))

    async def answer(self, question: ControlQuestion) -> dict[str, Any]:
        """Answer, refuse, break, or say nothing."""
        self.asked.append(question)
        match question:
            case AskStatus():
                return {"version": "1"}
            case AskReload():
                raise SagewsError("configuration", reason="sagews.toml:3: no")
            case AskUsed():
                raise RuntimeError("broken")
        await self.never
        return {}

    async def test_an_answer(self) -> None:
        """A question gets its answer, by whoever may enter the folder alone."""
        path = socket_path(self.layout, "all")
        self.assertEqual(await ask(reactor, path, AskStatus()), {"version": "1"})
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    async def test_a_refusal(self) -> None:
        """A refusal comes with its code and its words; what breaks is logged and says no more."""
        path = socket_path(self.layout, "all")
        with self.assertRaises(SagewsError) as caught:
            await ask(reactor, path, AskReload())
        self.assertEqual(str(caught.exception), "sagews.toml:3: no")
        with self.assertRaises(SagewsError) as caught:
            await ask(reactor, path, AskUsed(new_id()))
        self.assertEqual(caught.exception.code, "internal")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    async def test_silence(self) -> None:
        """Who does not answer in time is said so; who is not there is None, and all are asked at once."""
        path = socket_path(self.layout, "all")
        with self.assertRaises(SagewsError) as caught:
            await ask(reactor, path, AskSessions(), seconds=0.05)
        self.assertEqual(caught.exception.code, "no-answer")
        gone = socket_path(self.layout, "worker")
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(gone))
        self.assertIsNone(await ask(reactor, gone, AskStatus()))
        self.serve("frontend")
        found = await ask_siblings(reactor, self.layout, AskStatus())
        self.assertEqual(found, {"all": {"version": "1"}, "frontend": {"version": "1"}})
        found = await ask_siblings(reactor, self.layout, AskSessions(), but="all", seconds=0.05)
        self.assertEqual(found, {"frontend": None})

    async def test_rubbish(self) -> None:
        """What is no question is refused or cut off, and others are answered."""
        path = str(socket_path(self.layout, "all"))
        rubbish = (b"\n", b"{}\n", b'{"ask":"status","more":1}\n', b'{"ask":"used","user":"x"}\n', b"\xff\n")
        for line in rubbish:
            said = await deferToThread(exchange, path, line)
            self.assertIn(b'"bad-message"', said)
        self.assertEqual(await deferToThread(exchange, path, b"a" * 5000), b"")
        self.assertEqual(self.asked, [])
        self.assertEqual(await ask(reactor, socket_path(self.layout, "all"), AskStatus()), {"version": "1"})

    def test_a_long_path(self) -> None:
        """Where the path is longer than a socket's can be there is none, and nothing fails."""
        path = self.layout.run / ("a" * LONGEST)
        self.assertIsNone(listen(reactor, path, self.answer))


def exchange(path: str, line: bytes) -> bytes:
    """Send bytes and return everything that comes back."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(path)
        connection.sendall(line)
        said = b""
        try:
            while part := connection.recv(65536):
                said += part
        except ConnectionError:
            return said
        return said
