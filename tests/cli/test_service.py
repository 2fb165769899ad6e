"""`sagews start` and `sagews stop`."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from sagews.cli import background_daemon
from sagews.cli.background_daemon import pid_file, running, start, stop
from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from tests.scratch import scratch_folder


class ServiceTests(SynchronousTestCase):
    """With a stand-in for twistd, beside a stand-in for the interpreter."""

    def setUp(self) -> None:
        self.layout = Layout(scratch_folder(self))
        self.layout.run.mkdir()
        self.out = io.StringIO()

    def twistd(self, script: str) -> None:
        program = self.layout.base / "twistd"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.patch(sys, "executable", str(self.layout.base / "python"))

    def daemon(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process that sleeps, with these words in its command line, and its pid file."""
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *words])
        reaper = threading.Thread(target=process.wait)
        reaper.start()
        self.addCleanup(reaper.join)
        self.addCleanup(process.kill)
        pid_file(self.layout, ()).write_text(str(process.pid))
        # On a busy machine the kernel has no command line yet for a program that has only just begun.
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
            time.sleep(0.01)
        return process

    def test_stop(self) -> None:
        """It ends the daemon with SIGTERM and waits until it is gone."""
        process = self.daemon("sagews")
        self.assertEqual(stop(self.layout, (), self.out), 0)
        self.assertEqual(process.wait(30), -signal.SIGTERM)
        self.assertRaises(SagewsError, stop, self.layout, (), self.out)

    def test_stop_all(self) -> None:
        """Without a role every daemon of the data folder is stopped, whoever needs another one first."""
        processes = {}
        for role in ("log", "worker", "frontend", "backend"):
            processes[role] = self.daemon("sagews")
            pid_file(self.layout, (role,)).write_text(str(processes[role].pid))
        pid_file(self.layout, ()).unlink()
        self.assertEqual(stop(self.layout, (), self.out), 0)
        self.assertEqual({each.wait(30) for each in processes.values()}, {-signal.SIGTERM})
        told = [line.removeprefix("Stopped sagews-") for line in self.out.getvalue().splitlines()]
        self.assertEqual(told, ["frontend.", "backend.", "worker.", "log."])

    def test_stranger(self) -> None:
        """A pid file whose number has gone to another program ends nobody."""
        process = self.daemon()
        self.assertRaises(SagewsError, stop, self.layout, (), self.out)
        self.assertIsNone(process.poll())
        for text in ("", "x", "-1", "0", "1", "999999999"):
            path = Path(self.layout.run / "strange.pid")
            path.write_text(text)
            self.assertIsNone(running(path))

    def test_already(self) -> None:
        """What runs is not started again."""
        self.daemon("sagews")
        error = self.assertRaises(SagewsError, start, self.layout, None, (), self.out)
        self.assertIn("runs already", str(error))

    def test_start(self) -> None:
        """It hands roles and settings on, and returns when the daemon has written its address."""
        process = self.daemon("sagews")
        pid = pid_file(self.layout, ("frontend",))
        self.twistd(f'echo "$@" > {self.layout.base}/given; echo {process.pid} > {pid}; touch {self.layout.address}')
        self.assertEqual(start(self.layout, "x.toml", ("frontend",), self.out), 0)
        given = (self.layout.base / "given").read_text().split()
        self.assertEqual(given, ["sagews", "--config", str(Path("x.toml").absolute()), "--role", "frontend"])
        self.assertIn(str(process.pid), self.out.getvalue())

    def test_refused(self) -> None:
        """What twistd refuses keeps its status."""
        self.twistd("exit 3")
        self.assertEqual(start(self.layout, None, (), self.out), 3)

    def test_not_ready(self) -> None:
        """A daemon that ends before it answers, or never does, is an error that says where to look."""
        self.patch(background_daemon, "START_SECONDS", 0.3)
        self.twistd("true")
        error = self.assertRaises(SagewsError, start, self.layout, None, (), self.out)
        self.assertIn(str(self.layout.logs), str(error))
