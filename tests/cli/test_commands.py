"""The program `sagews` as a process, against a site in this one."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor, ssl
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.trial.unittest import TestCase

from sagews.frontend.sign_in.first_link import ensure_personal_token
from sagews.frontend.site import make_sites
from sagews.model.logs import LogRecord
from sagews.ops.folders import Layout
from sagews.policy.accounts.tokens import hashed
from sagews.policy.http.requests import addresses
from tests.cli.certificate import self_signed
from tests.frontend.memory import World
from tests.scratch import scratch_folder

pytestmark = pytest.mark.slow


class Backend(WebSocketServerProtocol):
    """A backend that knows three evaluations."""

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        message = json.loads(payload)
        if message["type"] == "hello":
            known = hashed(message["ticket"]) in self.factory.world.workspaces.tickets
            self.say(type="welcome") if known else self.say(type="error", code="bad-ticket", parameters={}, message="")
        elif message["source"] == "2+2":
            self.say(type="run_state", state="running", document="")
            self.piece("result", data={"text/plain": "4"})
            self.say(type="run_state", state="done", document="")
        elif message["source"] == "1/0":
            self.piece("error", plain="ZeroDivisionError: division by zero", name="ZeroDivisionError", message="")
            self.say(type="run_state", state="error", document="")
        else:
            self.piece("stream", name="stdout", text="working\n")

    def say(self, **message: Any) -> None:
        self.sendMessage(json.dumps(message).encode())

    def piece(self, kind: str, **body: Any) -> None:
        self.say(type="output", document="", piece={"sequence": 1, "kind": kind, "body": body})


class Program(ProcessProtocol):
    """Runs the program and collects what it prints."""

    def __init__(self) -> None:
        self.out = self.err = b""
        self.ended: Deferred[tuple[int, str, str]] = Deferred()
        self.printed: Callable[[], None] = lambda: None

    def outReceived(self, data: bytes) -> None:
        self.out += data
        self.printed()

    def errReceived(self, data: bytes) -> None:
        self.err += data

    def processEnded(self, reason: Any) -> None:
        status = 0 if reason.check(ProcessDone) else reason.value.exitCode
        self.ended.callback((status, self.out.decode(), self.err.decode()))


class CommandTestCase(TestCase):
    """Serves a site, and runs the program."""

    timeout = 60
    secure = False

    async def setUp(self) -> None:
        self.world = World(secure=self.secure)
        self.layout = Layout(scratch_folder(self))
        self.layout.run.mkdir(parents=True)
        await ensure_personal_token(self.world.accounts, self.layout.token, self.world.now)
        late = _Late()
        port = self.listen(late)
        names = addresses("127.0.0.1", [], port, 1, secure=self.secure)
        websockets = {"/ws": self.websocket(names.site_origin("127.0.0.1"))}
        self.world.rebuild(websockets=websockets, addresses=names, **self.more_parts())
        late.site, _ = make_sites(self.world.parts, reactor)
        scheme = "https" if self.secure else "http"
        certificate = str(self.layout.base / "certificate.pem") if self.secure else None
        self.layout.address.write_text(json.dumps({"url": f"{scheme}://127.0.0.1:{port}", "certificate": certificate}))

    def websocket(self, origin: str) -> Any:
        factory = WebSocketServerFactory()
        factory.protocol, factory.world = Backend, self.world
        return WebSocketResource(factory)

    def more_parts(self) -> dict[str, Any]:
        return {}

    def listen(self, late: Any) -> int:
        listening = reactor.listenTCP(0, late, interface="127.0.0.1")
        self.addCleanup(listening.stopListening)
        return listening.getHost().port

    def start(self, *arguments: str, given: bytes = b"", data: Path | None = None) -> Program:
        program = Program()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "SAGEWS_DATA": str(data or self.layout.base),
        }
        process = reactor.spawnProcess(
            program, sys.executable, [sys.executable, "-m", "sagews.cli.main", *arguments], environment
        )
        process.write(given)
        process.closeStdin()
        return program

    async def sagews(self, *arguments: str, **more: Any) -> tuple[int, str, str]:
        return await self.start(*arguments, **more).ended


class CommandTests(CommandTestCase):
    """Each command, with what it prints and its exit status."""

    async def test_eval(self) -> None:
        """A value is printed, from an argument or from standard input."""
        self.assertEqual(await self.sagews("eval", "2+2"), (0, "4\n", ""))
        self.assertEqual(await self.sagews("eval", "-", given=b"2+2"), (0, "4\n", ""))

    async def test_eval_error(self) -> None:
        """An error in the code is shown on standard error, with status 1."""
        self.assertEqual(await self.sagews("eval", "1/0"), (1, "", "ZeroDivisionError: division by zero\n"))

    async def test_eval_interrupt(self) -> None:
        """Ctrl-C ends a long evaluation with status 130; what was printed before is there."""
        program = self.start("eval", "while True: pass")
        program.printed = lambda: program.transport.signalProcess(signal.SIGINT)
        self.assertEqual(await program.ended, (130, "working\n", ""))

    async def test_status(self) -> None:
        """The state is shown as lines or as JSON."""
        self.assertEqual(await self.sagews("status"), (0, "isolation: full\n", ""))
        _, out, _ = await self.sagews("status", "--json")
        self.assertEqual(json.loads(out), {"isolation": "full"})

    async def test_logs(self) -> None:
        """Log records are shown oldest first; a bad filter is one line."""
        time = datetime(2026, 11, 22, tzinfo=UTC)
        await self.world.logs.insert(
            [LogRecord(f"id{n}", time.replace(hour=n), "m", "backend", "info", "x", "c", f"m{n}", {}) for n in range(3)]
        )
        status, out, _ = await self.sagews("logs", "--component", "backend", "--limit", "2")
        self.assertEqual(status, 0)
        self.assertEqual([line.split()[3] for line in out.splitlines()], ["m1", "m2"])
        status, out, err = await self.sagews("logs", "--level", "loud")
        self.assertEqual((status, out, err.count("\n")), (1, "", 1))
        self.assertIn("level", err)

    async def test_user(self) -> None:
        """Accounts are made, listed, opened by a link, given a password and disabled."""
        status, out, _ = await self.sagews("user", "add", "ada@example.org", "--name", "Ada")
        self.assertEqual(status, 0)
        self.assertIn("/signin#link=", out)
        _, out, _ = await self.sagews("user", "list")
        self.assertEqual([line.split()[0] for line in out.splitlines()], ["operator", "ada@example.org"])
        self.assertEqual((await self.sagews("user", "password", "ada@example.org", given=b"correct horse\n"))[0], 0)
        self.assertTrue((await self.world.accounts.user_by_email("ada@example.org")).has_password)
        self.assertIn("#link=", (await self.sagews("user", "link", "ADA@example.org"))[1])
        self.assertEqual((await self.sagews("user", "disable", "ada@example.org"))[0], 0)
        self.assertIsNone(await self.world.accounts.user_by_email("ada@example.org"))
        for wrong in (("link", "nobody@example.org"), ("add", "ada@example.org"), ("add", "nonsense")):
            status, out, err = await self.sagews("user", *wrong)
            self.assertEqual((status, out, err.count("\n")), (1, "", 1), err)

    async def test_no_daemon(self) -> None:
        """Without a daemon, its files, or with others' files, the reason is one line with status 1."""
        empty = Layout(scratch_folder(self))
        empty.run.mkdir(parents=True)
        cases = [(empty.base, "No daemon has run")]
        gone = Layout(scratch_folder(self))
        gone.run.mkdir(parents=True)
        gone.address.write_text('{"url": "http://127.0.0.1:1"}')
        cases.append((gone.base, "token"))
        unanswered = Layout(scratch_folder(self))
        unanswered.run.mkdir(parents=True)
        unanswered.address.write_text('{"url": "http://127.0.0.1:1"}')
        unanswered.token.write_text("A" * 43)
        cases.append((unanswered.base, "No daemon answers"))
        for data, words in cases:
            for command in (("status",), ("eval", "2+2")):
                status, out, err = await self.sagews(*command, data=data)
                self.assertEqual((status, out, err.count("\n")), (1, "", 1), err)
                self.assertIn(words, err)

    async def test_wrong_token(self) -> None:
        """A token that is not valid any more is said so."""
        self.layout.token.write_text("A" * 43)
        status, _, err = await self.sagews("eval", "2+2")
        self.assertEqual(status, 1)
        self.assertIn("not signed in", err)

    async def test_check(self) -> None:
        """The settings are checked whole: every error at once, one line each."""
        # What computes needs environments that a build has left, so a daemon that does not is looked at here.
        roles = ("--role", "frontend", "--role", "backend", "--role", "log")
        self.assertEqual((await self.sagews("check", *roles))[0], 0)
        path = self.layout.base / "bad.toml"
        path.write_text("nonsense = 1\n[site]\nport = 0\n")
        for arguments in (("--config", str(path), "check"), ("check", "--config", str(path))):
            status, out, err = await self.sagews(*arguments)
            self.assertEqual((status, out, len(err.splitlines())), (1, "", 2))
            self.assertIn(f"{path}:3: site.port: ", err)


class SecureTests(CommandTests):
    """The same over TLS with the daemon's own certificate, whose names do not matter."""

    secure = True

    def listen(self, late: Any) -> int:
        """Listen with a self-signed certificate."""
        pem = self_signed("somewhere.example")
        (self.layout.base / "certificate.pem").write_bytes(pem)
        certificate = ssl.PrivateCertificate.loadPEM(pem)
        listening = reactor.listenSSL(0, late, certificate.options(), interface="127.0.0.1")
        self.addCleanup(listening.stopListening)
        return listening.getHost().port

    async def test_other_certificate(self) -> None:
        """A server with another certificate is not talked to."""
        (self.layout.base / "certificate.pem").write_bytes(self_signed("somewhere.example"))
        status, _, err = await self.sagews("status")
        self.assertEqual((status, err.count("\n")), (1, 1))
        self.assertIn("another certificate", err)


class _Late:
    noisy = False
    site: Any = None

    def doStart(self) -> None:
        """Do nothing."""

    doStop = doStart

    def buildProtocol(self, address: Any) -> Any:
        return self.site.buildProtocol(address)
