"""Kinds of sessions stand in one table: a new one is a new file that enters itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

from sagews.session.kinds import table
from tests.session.support import ROOT

TOY = """
import os, sys
from sagews.session.kinds import table
from sagews.session.zygote.child import become_session

def echo(descriptor, flavour):
    while data := os.read(descriptor, 100):
        os.write(descriptor, flavour.encode() + b": " + data)
    return 7

table.register(table.SessionKind("toy", echo))
sys.exit(become_session(sys.argv[1], int(sys.argv[2]), "python"))
"""


class KindTests(SynchronousTestCase):
    """A toy kind, in a process of its own as any session is."""

    def start(self, name: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        """Start a session of a kind; return the worker's end and the process."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        with theirs:
            command = [sys.executable, "-c", TOY, name, str(theirs.fileno())]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, stderr=subprocess.DEVNULL)
        return ours, process

    def test_a_session_is_of_the_kind_that_is_asked_for(self) -> None:
        """It serves the worker's socket until that closes, and its status is the process's."""
        ours, process = self.start("toy")
        ours.sendall(b"hello")
        self.assertEqual(ours.recv(100), b"python: hello")
        ours.shutdown(socket.SHUT_WR)
        self.assertEqual(process.wait(30), 7)

    def test_a_kind_that_nobody_registered_ends_at_once(self) -> None:
        """The worker sees its socket close."""
        ours, process = self.start("missing")
        self.assertEqual((ours.recv(100), process.wait(30)), (b"", 1))

    def test_no_name_is_taken_twice(self) -> None:
        """Two features can't replace each other unseen."""
        kind = table.SessionKind(f"twice-{os.getpid()}", lambda descriptor, flavour: 0)
        table.register(kind)
        self.assertRaises(ValueError, table.register, kind)
