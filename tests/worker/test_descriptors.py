"""Pipes and sockets under a reactor that learns of several of them at once."""

from __future__ import annotations

import os
import socket

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.trial import unittest

from sagews.errors import SagewsError
from sagews.worker.launcher.descriptors import PacketSocket, StreamSocket
from sagews.worker.launcher.jobs import Job

ANSWER = b"what the job answers"


class TurnCase(unittest.TestCase):
    """A reactor of its own, of which each turn is made by hand.

    Epoll tells of descriptors in the order in which something happened to them, and Twisted finds the owner of each by
    its number when its turn comes.
    """

    def setUp(self) -> None:
        self.turns = EPollReactor()
        self.addCleanup(self._close_reactor)
        self.launcher, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(self.launcher.close)
        self.control = PacketSocket(self.turns, ours, 4096, lambda packet: self.heard(packet), lambda: None)
        self.addCleanup(self.control.lost)
        self.control.resume()

    def _close_reactor(self) -> None:
        self.turns.iterate(0)
        for each in self.turns.removeAll():
            each.connectionLost(Failure(ConnectionDone()))

    def heard(self, packet: bytes) -> None:
        """Do what a test has to do when the launcher's packet comes."""
        raise AssertionError(packet)

    def refused_job(self) -> Job:
        """Return a job whose pipes the launcher has closed just after it wrote the packet that refuses it."""
        refused = Job(self.turns, "refused", 1000, 60, lambda: None)
        refused.descriptors(b"")
        refused.result.addErrback(lambda failure: failure.trap(SagewsError))
        self.launcher.send(b"refused")
        refused.sent()
        return refused


class ReusedNumbers(TurnCase):
    def test_a_job_behind_a_refused_one(self) -> None:
        """A job that begins in the turn in which another was refused can say all that it has to say."""
        refused = self.refused_job()
        begun: list[tuple[Job, int]] = []

        def begin(packet: bytes) -> None:
            refused.refused(SagewsError("busy"))
            job = Job(self.turns, "next", 1000, 60, lambda: None)
            begun.append((job, os.dup(job.descriptors(b"")[1])))
            job.sent()

        self.heard = begin  # type: ignore[method-assign]
        self.turns.iterate(0)
        [(job, output)] = begun
        self.assertEqual(os.write(output, ANSWER), len(ANSWER))
        os.close(output)
        job.ended("exit", 0, 0.0, 0)
        for _ in range(4):
            self.turns.iterate(0)
        self.assertEqual(self.successResultOf(job.result), ANSWER)

    def test_a_session_behind_a_refused_job(self) -> None:
        """A session whose socket is opened in the turn in which a job was refused is not taken for ended."""
        refused = self.refused_job()
        ends: list[str] = []
        opened: list[tuple[StreamSocket, socket.socket]] = []
        received = bytearray()

        def open_session(packet: bytes) -> None:
            refused.refused(SagewsError("busy"))
            for _ in range(2):
                ours, theirs = socket.socketpair()
                opened.append((StreamSocket(self.turns, ours, received.extend, lambda: ends.append("ended")), theirs))
                opened[-1][0].resume()

        self.heard = open_session  # type: ignore[method-assign]
        self.turns.iterate(0)
        self.assertEqual(len(opened), 2)
        self.assertEqual(ends, [])
        for stream, theirs in opened:
            theirs.send(b"frame")
            self.turns.iterate(0)
            theirs.close()
            self.turns.iterate(0)
            self.assertTrue(stream.closed)
        self.assertEqual(bytes(received), b"frameframe")
