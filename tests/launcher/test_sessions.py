"""Sessions through a real launcher: homes, limits, ends, and that nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.trial import unittest

from sagews.launcher.disk.home_images import SPARE, SPARES
from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire import launcher as wire
from tests.launcher.harness import LIMITS, Session, command, descendants, groups_of, over
from tests.launcher.support import SharedLauncher, land, launch, ordinary_uid

pytestmark = pytest.mark.slow

SMALL = Limits(memory=256 * 2**20, processes=40, file=2**20, home=8 * 2**20, cpu_seconds=60)


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait for a condition; return whether it came true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


class Sessions(SharedLauncher):
    def _open(self, workspace: str | None = None, limits: Limits = LIMITS) -> Session:
        session = self.launcher.open("python", workspace, limits)
        self.addCleanup(session.sock.close)
        return session

    def test_first_result(self) -> None:
        """A waiting child answers its first cell, in its home, as nobody in particular."""
        session = self._open()
        self.assertEqual(session.evaluate("1+1"), ("ok", "2"))
        self.assertEqual(session.evaluate("import os; os.getcwd()"), ("ok", "'/home/user'"))
        ended = session.close()
        self.assertEqual((ended.reason, ended.status), ("exit", 0))

    def test_it_gives_way(self) -> None:
        """Neither a session nor what it starts takes the processor from a daemon by waking up."""
        policy = "sched_getscheduler(0) == os.SCHED_BATCH"
        session = self._open()
        self.assertEqual(session.evaluate(f"import os; os.{policy}"), ("ok", "True"))
        status, text = session.shell(f"python3 -c 'import os; print(os.{policy})'")
        self.assertEqual((status, text.strip()), ("ok", "True"))

    def test_homes_apart(self) -> None:
        """Two workspaces see nothing of each other."""
        one, two = self._open(new_id()), self._open(new_id())
        one.evaluate("open('secret.txt', 'w').write('NEIGHBOUR')")
        status, text = two.shell("ls -R /home; cat /home/user/secret.txt; grep -rs NEIGHBOUR /tmp /home /work /run")
        self.assertEqual(status, "ok")
        self.assertNotIn("NEIGHBOUR", text)
        self.assertNotIn("secret.txt\n", text.replace("cat: /home/user/secret.txt", ""))

    def test_home_shared(self) -> None:
        """Two sessions of one workspace share files, as their own, and cannot signal each other."""
        workspace = new_id()
        one, two = self._open(workspace), self._open(workspace)
        one.evaluate("open('a.txt', 'w').write('from one')")
        self.assertEqual(two.evaluate("open('a.txt').read()"), ("ok", "'from one'"))
        self.assertEqual(two.evaluate("open('a.txt', 'a').write('!')")[0], "ok")
        owner = two.evaluate("import os; os.stat('a.txt').st_uid == os.getuid()")
        self.assertEqual(owner, ("ok", "True"))
        self.assertEqual(two.evaluate("len([p for p in os.listdir('/proc') if p.isdigit()])"), ("ok", "2"))

    def test_home_stays(self) -> None:
        """Files are there for the next session, and gone after `forget`."""
        workspace = new_id()
        first = self._open(workspace)
        first.evaluate("import os\nos.makedirs('deep/er'); open('deep/er/x', 'w').write('kept'); os.chmod('deep', 0)")
        first.close()
        second = self._open(workspace)
        self.assertEqual(
            second.evaluate("import os\nos.chmod('deep', 0o700); open('deep/er/x').read()"), ("ok", "'kept'")
        )
        second.evaluate("os.symlink('/etc', 'link'); os.chmod('deep/er', 0); os.chmod('.', 0)")
        second.close()
        self.launcher.ask(wire.RemoveHome(5, workspace))
        self.launcher.expect(wire.HomeRemoved, request=5)
        self.assertEqual([p.name for p in (self.launcher.folder / "homes").glob(f"*{workspace}*")], [])

    def test_forget_unknown(self) -> None:
        """A home that does not exist is forgotten already."""
        self.launcher.ask(wire.RemoveHome(6, new_id()))
        self.launcher.expect(wire.HomeRemoved, request=6)

    def test_private_home(self) -> None:
        """A session without a workspace has an empty home of its limited size."""
        session = self._open(limits=SMALL)
        script = "import os; sum(os.write(os.open(f'f{i}', 65), bytes(2**20)) for i in range(20))"
        status, text = session.evaluate(script)
        self.assertEqual(status, "error")
        self.assertIn("No space left", text)

    def test_interrupt(self) -> None:
        """SIGINT stops a cell and leaves the session."""
        session = self._open()
        session.evaluate("x = 5")
        run = session.begin("import time; print('begun'); time.sleep(60)")
        session.await_print()
        session.signal("INT")
        self.assertEqual(session.finish(run, 30)[0], "interrupted")
        self.assertEqual(session.evaluate("x"), ("ok", "5"))

    def test_kill_leaves_nothing(self) -> None:
        """A killed session's daemons go with it, in their own sessions and ignoring signals as they may."""
        before = set(descendants(self.launcher.process.pid))
        session = self._open()
        session.shell(
            "for i in 1 2 3 4 5; do (trap '' HUP INT TERM; setsid nohup sleep 987 >/dev/null 2>&1 &) ; done; echo DONE"
        )
        self.assertTrue(wait_until(lambda: len(self._sleepers()) == 5))
        session.signal("KILL")
        ended = session.ended(5)
        self.assertEqual((ended.reason, ended.status), ("killed", -signal.SIGKILL))
        self.assertEqual(self._sleepers(), [])
        # The kernel lets go of the last of them a moment after it has ended.
        self.assertTrue(wait_until(lambda: not self._groups_of_the_dead()))
        # Empty homes are made beside that, by processes that end again.
        self.assertTrue(wait_until(lambda: len(set(descendants(self.launcher.process.pid)) - before) <= 6))

    def _sleepers(self) -> list[int]:
        return [pid for pid in descendants(self.launcher.process.pid) if command(pid) == "sleep 987 "]

    def _groups_of_the_dead(self) -> list[Path]:
        """Return this launcher's cgroups without processes."""
        return [
            group for group in groups_of(self.launcher.process.pid, "/s*") if not (group / "cgroup.procs").read_text()
        ]

    def test_exit_status(self) -> None:
        """A session that ends itself says so, with its status."""
        session = self._open()
        session.begin("import os; os._exit(7)")
        ended = session.ended()
        self.assertEqual((ended.reason, ended.status), ("exit", 7))

    def test_crash(self) -> None:
        """A session that dies of a fault is a crash."""
        session = self._open()
        session.begin("import ctypes; ctypes.string_at(0)")
        ended = session.ended()
        self.assertEqual((ended.reason, ended.status), ("crash", -signal.SIGSEGV))

    def test_python_says_memory_error(self) -> None:
        """One process that asks for too much gets a MemoryError and the session goes on."""
        session = self._open(limits=SMALL)
        status, text = session.evaluate("x = bytearray(2**30)")
        self.assertEqual(status, "error")
        self.assertIn("MemoryError", text)
        self.assertEqual(session.evaluate("1+1"), ("ok", "2"))

    def test_out_of_memory(self) -> None:
        """A session above its memory ends and says memory (without cgroups: each process is bounded alone)."""
        session = self._open(limits=SMALL)
        run = session.begin("import mmap\nm = mmap.mmap(-1, 2**29)\nfor i in range(0, 2**29, 4096): m[i] = 1")
        if self.level != "full":
            self.assertIn(session.finish(run)[0], ("ok", "error"))
            return
        ended = session.ended(30)
        self.assertEqual(ended.reason, "memory")
        self.assertLessEqual(ended.peak_memory, SMALL.memory)
        self.assertGreater(ended.peak_memory, SMALL.memory // 2)

    def test_fork_bomb(self) -> None:
        """A fork bomb is pinned at the session's own number, and a neighbour answers meanwhile."""
        neighbour = self._open()
        session = self._open(limits=SMALL)
        bomb = (
            "import os, time\nn = 0\nfor i in range(1000):\n    try:\n"
            "        if os.fork() == 0: time.sleep(600); os._exit(0)\n        n += 1\n"
            "    except OSError: break\nprint(n)"
        )
        status, text = session.evaluate(bomb)
        self.assertEqual(status, "ok")
        self.assertLessEqual(int(text), SMALL.processes)
        self.assertEqual(neighbour.evaluate("sum(os.getpid() > 0 for os in [__import__('os')])"), ("ok", "1"))
        alive = session.evaluate("len([p for p in os.listdir('/proc') if p.isdigit()])")
        self.assertGreater(int(alive[1]), int(text), "the bomb was over before the neighbour was asked")
        status, text = neighbour.shell("for i in 1 2 3 4 5; do sleep 0.01 & done; wait; echo FORKED")
        self.assertIn("FORKED", text)

    def test_processor_time(self) -> None:
        """A session that used up its processor time ends and says so."""
        session = self._open(limits=Limits(SMALL.memory, 40, 2**20, 2**23, cpu_seconds=1))
        session.begin("import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass")
        self.assertEqual(session.ended(20).reason, "cpu")

    def test_processor_time_in_many_processes(self) -> None:
        """Processor time is added up over all processes of a session, where cgroups count it."""
        if self.level != "full":
            return
        session = self._open(limits=Limits(SMALL.memory, 40, 2**20, 2**23, cpu_seconds=1))
        session.begin("import subprocess\nwhile True: subprocess.run(['python3', '-c', 'sum(range(2*10**6))'])")
        self.assertEqual(session.ended(20).reason, "cpu")

    def test_file_size(self) -> None:
        """One file can't grow above its limit."""
        session = self._open(new_id(), SMALL)
        status, text = session.evaluate("open('big', 'wb').write(bytes(2**22))")
        self.assertEqual(status, "error")
        self.assertIn("File too large", text)

    def test_usage(self) -> None:
        """Usage tells memory and processor time of the sessions that live."""
        session = self._open()
        session.evaluate("x = bytearray(50 * 2**20)\nfor i in range(0, len(x), 4096): x[i] = 1\nsum(range(10**6))")
        self.launcher.ask(wire.AskUsage(9, (session.id, new_id())))
        report = self.launcher.expect(wire.UsageReport, request=9)
        self.assertEqual(list(report.sessions), [session.id])
        memory, cpu = report.sessions[session.id]
        self.assertGreater(memory, 40 * 2**20)
        self.assertGreater(cpu, 0)

    def test_no_network(self) -> None:
        """A session has loopback and nothing else."""
        session = self._open()
        status, text = session.evaluate(
            "import socket\nprint([n for _, n in socket.if_nameindex()])\n"
            "socket.create_connection(('192.0.2.1', 80), 2)"
        )
        self.assertEqual(status, "error")
        self.assertIn("['lo']", text)
        self.assertIn("unreachable", text)

    def test_many_at_once(self) -> None:
        """More sessions than wait in the pool all begin."""
        sessions = [self._open() for _ in range(6)]
        for number, session in enumerate(sessions):
            self.assertEqual(session.evaluate(f"{number}*2"), ("ok", str(number * 2)))
        for session in sessions:
            session.close()

    def test_random_lives_leave_nothing(self) -> None:
        """Forty sessions, begun and ended every way there is, leave no process, descriptor, mount or cgroup behind."""
        homes = [new_id(), new_id(), None]
        for workspace in homes:
            # A home stays mounted for a while after its sessions.
            self._open(workspace).close()
        before = self._holdings_at_rest()
        chance = random.Random(7)  # noqa: S311
        cells = [
            "while True: pass",
            "import os; os.fork()",
            "import os; os._exit(3)",
            "1+1",
            "import time; time.sleep(9)",
        ]
        for _ in range(8):
            sessions = [self._open(chance.choice(homes)) for _ in range(5)]
            for session in sessions:
                session.begin(chance.choice(cells))
            for session in sessions:
                session.signal("KILL") if chance.random() < 0.6 else session.sock.close()
            for session in sessions:
                session.sock.close()
                session.ended()
        self.launcher.replies.clear()
        self.assertTrue(wait_until(lambda: self._holdings() == before, 10), (before, self._holdings()))

    def _holdings_at_rest(self) -> tuple[int, int, int, int]:
        """Return what the launcher has once it is the same for ten looks in a row: its pools are full again."""
        seen = [self._holdings()]

        def rests() -> bool:
            seen.append(self._holdings())
            ready = len(list((self.launcher.folder / "homes").glob(f"{SPARE}*")))
            return len(seen) > 10 and len(set(seen[-10:])) == 1 and ready in (0, SPARES)

        self.assertTrue(wait_until(rests, 30))
        return seen[-1]

    def _holdings(self) -> tuple[int, int, int, int]:
        """Return how many processes, descriptors, mounts and cgroups the launcher has."""
        processes = descendants(self.launcher.process.pid)
        own = Path("/proc", str(min(processes)))
        groups = groups_of(self.launcher.process.pid, "/s*")
        mounts = (own / "mountinfo").read_text().count("\n")
        return len(processes), len(os.listdir(own / "fd")), mounts, len(groups)


class SessionsOfAUser(Sessions):
    """The same at the level of an ordinary user."""

    @classmethod
    def uid(cls) -> int | None:
        """Return an ordinary uid."""
        return ordinary_uid()


class Ends(unittest.SynchronousTestCase):
    def setUp(self) -> None:
        """Start a launcher with one session."""
        self.launcher = launch()
        self.session = self.launcher.open("python")
        self.session.evaluate("1+1")
        self.processes = descendants(self.launcher.process.pid)
        self.assertGreaterEqual(len(self.processes), 5)

    def _all_gone(self) -> bool:
        if groups_of(self.launcher.process.pid):
            return False
        return not any(Path(f"/proc/{pid}/cmdline").exists() and command(pid) for pid in self.processes)

    def test_daemon_gone(self) -> None:
        """When the control socket closes, everything ends and nothing is left."""
        self.assertEqual(land(self.launcher), 0)
        self.assertTrue(wait_until(self._all_gone, 1))

    def test_stop(self) -> None:
        """The same when the daemon says stop."""
        self.launcher.ask(wire.StopLauncher())
        self.assertEqual(self.launcher.process.wait(10), 0)
        self.assertTrue(wait_until(self._all_gone, 1))
        land(self.launcher)

    def test_launcher_killed(self) -> None:
        """When the launcher is killed, the kernel ends every session within a second."""
        os.kill(self.launcher.process.pid, signal.SIGKILL)
        self.assertTrue(wait_until(lambda: not any(command(pid) for pid in self.processes), 1))
        land(self.launcher)

    def test_launcher_comes_back(self) -> None:
        """When the launcher dies under its keeper, sessions end, and another one serves as soon as it is configured."""
        for _ in range(2):
            chain = [pid for pid in self._now() if "launcher/main.py" in command(pid)]
            os.kill(max(chain), signal.SIGKILL)
            self.assertIn("70", self.launcher.expect(wire.LauncherDied).reason)
            self.launcher.ask(wire.Configure({"python": 1}, "userns"))
            self.launcher.expect(wire.LauncherInfo)
            session = self.launcher.open("python")
            self.assertEqual(session.evaluate("2+2"), ("ok", "4"))
            session.sock.close()
        self.assertEqual(land(self.launcher), 0)
        self.assertTrue(wait_until(self._all_gone, 5))

    def test_swept_after_a_kill(self) -> None:
        """What a killed launcher could not clear up, the next one does."""
        killed = self.launcher.process.pid
        os.kill(killed, signal.SIGKILL)
        land(self.launcher)
        self.assertTrue(wait_until(lambda: not any(command(pid) for pid in self.processes), 1))
        self.assertEqual(land(launch()), 0)
        self.assertEqual(groups_of(killed), [])

    def test_zygote_killed(self) -> None:
        """When a zygote dies its sessions end as crashes, and another zygote serves soon."""
        zygotes = [pid for pid in self.processes if command(pid).endswith("session/zygote/main.py python ")]
        os.kill(min(zygotes), signal.SIGKILL)
        self.assertEqual(self.session.ended(5).reason, "crash")
        self.launcher.expect(wire.FlavourState, flavour="python", state="loading")
        self.launcher.expect(wire.FlavourState, flavour="python", state="ready")
        session = self.launcher.open("python")
        self.assertEqual(session.evaluate("2+2"), ("ok", "4"))
        self.assertEqual(land(self.launcher), 0)

    def test_zygote_of_jobs_killed(self) -> None:
        """When the zygote of jobs or its init factory dies, sessions go on and the next job waits for its successor."""
        for chosen in (0, 1):
            jobs = sorted(pid for pid in self._now() if command(pid).endswith("session/zygote/main.py job "))
            os.kill(jobs[chosen], signal.SIGKILL)
            # A job that one of its children has taken by then dies with it: they are gone when its own end is there to
            # be read, and not yet when its memory is.
            self.assertTrue(wait_until(lambda zygote=jobs[0]: over(zygote), 5))
            ended, _, errors = self.launcher.job("check", b"no parcel")
            self.assertEqual((ended.reason, ended.status), ("exit", 1), errors)
            self.assertEqual(self.session.evaluate("2+2"), ("ok", "4"))
        self.assertEqual(land(self.launcher), 0)

    def test_init_factory_killed(self) -> None:
        """When the init factory of a flavour dies, another zygote serves who comes next."""
        zygotes = [pid for pid in self._now() if command(pid).endswith("session/zygote/main.py python ")]
        os.kill(sorted(zygotes)[1], signal.SIGKILL)
        session = self.launcher.open("python")
        self.assertEqual(session.evaluate("2+2"), ("ok", "4"))
        self.assertEqual(land(self.launcher), 0)

    def _now(self) -> list[int]:
        """The launcher's processes now."""
        return descendants(self.launcher.process.pid)

    def tearDown(self) -> None:
        """Close the session's socket."""
        self.session.sock.close()
