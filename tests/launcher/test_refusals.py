"""A hostile daemon: every class of request that a launcher refuses, and that nothing changes by asking."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire import launcher as wire
from tests.launcher.harness import LIMITS, PACKAGE, Launcher
from tests.launcher.support import SharedLauncher, ordinary_uid
from tests.session.support import interpreter

pytestmark = pytest.mark.slow


class Requests(SharedLauncher):
    def _refusal(self, packet: bytes, descriptors: Sequence[int] = ()) -> wire.Refused:
        self.launcher.send(packet, descriptors)
        refused: wire.Refused = self.launcher.expect(wire.Refused)
        return refused

    def _ask(self, request: wire.Request, descriptors: Sequence[int] = ()) -> str:
        return self._refusal(wire.format_packet(request), descriptors).code

    def _sockets(self) -> tuple[socket.socket, socket.socket]:
        pair = socket.socketpair()
        for end in pair:
            self.addCleanup(end.close)
        return pair

    def tearDown(self) -> None:
        """Whatever was refused: the launcher still serves."""
        session = self.launcher.open("python")
        self.assertEqual(session.evaluate("1+1"), ("ok", "2"))
        session.close()

    def test_malformed(self) -> None:
        """What is not a request in form is refused."""
        for packet in (b"{", b"[]", b"\xff\xfe", b'{"type":"dance"}', b'{"type":"stop","more":1}', b"[" * 50_000):
            self.assertEqual(
                self._refusal(packet).code, "bad-message" if packet != b'{"type":"dance"}' else "bad-value"
            )

    def test_oversized(self) -> None:
        """A packet that was cut short because it is too large is refused."""
        self.assertEqual(self._refusal(b" " * 100_000).code, "bad-message")

    def test_uid_0(self) -> None:
        """There is no way to name a uid, root's or any other: the field is not known."""
        packet = json.loads(wire.format_packet(wire.StartSession(new_id(), None, "python", LIMITS)))
        _, theirs = self._sockets()
        self.assertEqual(
            self._refusal(json.dumps({**packet, "uid": 0}).encode(), [theirs.fileno()]).code, "bad-message"
        )

    def test_foreign_home(self) -> None:
        """A home is a workspace's id and never a path."""
        packet = json.loads(wire.format_packet(wire.StartSession(new_id(), None, "python", LIMITS)))
        _, theirs = self._sockets()
        for home in ("/root", "../../etc", "..", "x" * 36, "01900000-0000-7000-8000-00000000000/"):
            refused = self._refusal(json.dumps({**packet, "workspace": home}).encode(), [theirs.fileno()])
            self.assertEqual(refused.code, "bad-value")

    def test_home_that_is_a_link(self) -> None:
        """A symbolic link in a home's place is not followed."""
        workspace = new_id()
        link = self.launcher.folder / "homes" / workspace
        link.symlink_to("/etc")
        _, theirs = self._sockets()
        self.assertEqual(
            self._ask(wire.StartSession(new_id(), workspace, "python", LIMITS), [theirs.fileno()]), "internal"
        )
        link.unlink()

    def test_unlisted_flavour(self) -> None:
        """A flavour that was not configured is refused, and so is the zygote of jobs."""
        _, theirs = self._sockets()
        for flavour in ("sage", "job", "os"):
            request = wire.StartSession(new_id(), None, flavour, LIMITS)
            self.assertEqual(self._ask(request, [theirs.fileno()]), "unknown-flavour")

    def test_limits_above_the_file(self) -> None:
        """A limit above the permits is refused, not cut down in silence."""
        _, theirs = self._sockets()
        for limits in (Limits(memory=2**40), Limits(processes=10_000), Limits(home=2**40), Limits(cpu_seconds=10**6)):
            request = wire.StartSession(new_id(), None, "python", limits)
            self.assertEqual(self._ask(request, [theirs.fileno()]), "limit")

    def test_unknown_job(self) -> None:
        """Only jobs of the fixed list run; the launcher's own test is not among them."""
        null = os.open(os.devnull, os.O_RDWR)
        packet = json.loads(wire.format_packet(wire.StartJob(new_id(), "diff", None, "read", {}, 5, LIMITS)))
        for job in ("self_test", "../../../bin/sh", "rm"):
            self.assertEqual(self._refusal(json.dumps({**packet, "job": job}).encode(), [null] * 3).code, "bad-value")
        os.close(null)

    def test_descriptors(self) -> None:
        """Missing descriptors, too many of them, a folder and a device are refused."""
        folder = os.open("/", os.O_RDONLY)
        zero = os.open("/dev/zero", os.O_RDONLY)
        _, theirs = self._sockets()
        for descriptors in ([], [theirs.fileno()] * 2, [folder], [zero]):
            request = wire.StartSession(new_id(), None, "python", LIMITS)
            self.assertEqual(self._ask(request, descriptors), "bad-message")
        for descriptor in (folder, zero):
            request = wire.StartJob(new_id(), "diff", None, "read", {}, 5, LIMITS)
            self.assertEqual(self._ask(request, [descriptor] * 3), "bad-message")
            os.close(descriptor)

    def test_signals(self) -> None:
        """A session that is not ours can't be signalled, and no other signal exists."""
        self.assertEqual(self._ask(wire.Signal(new_id(), "KILL")), "no-session")
        for name in ("STOP", "9", "TERM"):
            packet = json.dumps({"type": "signal", "id": new_id(), "signal": name}).encode()
            self.assertEqual(self._refusal(packet).code, "bad-value")

    def test_same_id(self) -> None:
        """An id that is in use is refused."""
        session = self.launcher.open("python")
        _, theirs = self._sockets()
        self.assertEqual(
            self._ask(wire.StartSession(session.id, None, "python", LIMITS), [theirs.fileno()]), "bad-value"
        )
        session.close()

    def test_forget_in_use(self) -> None:
        """The home of an open session can't be removed."""
        workspace = new_id()
        session = self.launcher.open("python", workspace)
        self.assertEqual(self._ask(wire.RemoveHome(1, workspace)), "busy")
        session.close()

    def test_second_configuration(self) -> None:
        """A launcher is configured once."""
        self.assertEqual(self._ask(wire.Configure({"python": 9}, "none")), "bad-message")

    def test_descriptors_are_not_kept(self) -> None:
        """A refused descriptor is closed: its other end sees the end of the stream."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._ask(wire.StartSession(new_id(), None, "sage", LIMITS), [theirs.fileno()])
        ours.settimeout(5)
        self.assertEqual(ours.recv(1), b"")
        ours.close()


class Starts(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Make a folder."""
        self.folder = Path(tempfile.mkdtemp(prefix="launcher-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder)

    def _refusal(self, **options: object) -> wire.Refused:
        launcher = Launcher(self.folder, {"python": interpreter("python")}, **options)  # type: ignore[arg-type]
        refused: wire.Refused = launcher.expect(wire.Refused)
        launcher.stop()
        return refused

    def test_before_configuration(self) -> None:
        """Nothing is done before the configuration."""
        launcher = Launcher(self.folder)
        launcher.ask(wire.Signal(new_id(), "KILL"))
        self.assertEqual(launcher.expect(wire.Refused).code, "bad-message")
        self.assertEqual(launcher.stop(), 0)

    def test_unlisted_flavour(self) -> None:
        """The daemon can't add a flavour to those of the file."""
        self.assertEqual(self._refusal(pools={"sage": 1}).code, "unknown-flavour")

    def test_minimum_of_the_file(self) -> None:
        """The daemon can't lower the file's minimum level."""
        uid = ordinary_uid()
        launcher = Launcher(self.folder, uid=uid, overrides={"minimum": "full"})
        launcher.ask(wire.Configure({}, "none"))
        refused = launcher.expect(wire.Refused)
        self.assertEqual(refused.code, "isolation")
        self.assertIn("userns", refused.reason)
        launcher.stop()

    def test_minimum_of_the_daemon(self) -> None:
        """The daemon can raise the minimum level."""
        self.assertEqual(self._refusal(pools={}, minimum="userns", wanted="landlock").code, "isolation")

    def test_open_permits(self) -> None:
        """A permits file that others can write is refused with advice."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        permits = self.folder / "open.json"
        permits.write_text("{}")
        permits.chmod(0o666)
        command = [sys.executable, "-I", str(PACKAGE / "launcher/main.py"), str(theirs.fileno()), str(permits)]
        finished = subprocess.run(command, pass_fds=[theirs.fileno()], check=False)
        theirs.close()
        refused = wire.parse_reply(ours.recv(wire.MAX_PACKET))
        ours.close()
        self.assertEqual(finished.returncode, 1)
        self.assertIn("chmod go-w", getattr(refused, "reason", ""))
