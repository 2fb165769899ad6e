"""Attack probes against real sessions, at the level of whoever runs the tests and at an ordinary user's.

Every probe runs in a session of its own, beside a neighbour that has to go on answering. What a probe printed, how it
ended and what was seen of it from outside decides, by its own `safe_if`.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire import launcher as wire
from tests.launcher.harness import Session
from tests.launcher.support import SharedLauncher, launch, ordinary_uid

pytestmark = pytest.mark.slow

DATA = json.loads((Path(__file__).parent / "attacks.json").read_text())
LIMITS = Limits(memory=512 * 2**20, processes=64, file=64 * 2**20, home=64 * 2**20, cpu_seconds=600, disk=64 * 2**20)
SECONDS = 12.0
ENDLESS = {"sigstop_self", "cpu_spin", "cpu_spin_many", "close_socket_keep_running", "stack_overflow_recursion"}
"""Probes that only end when they are killed."""


class Outside:
    """What is observed of one probe from outside of its jail; the names that `host[...]` may have."""

    def __init__(self, probes: Probes, session: Session) -> None:
        self._probes = probes
        self._session = session
        self.most_processes = 0
        self.neighbour_answered = False
        self.ended: wire.Exited | None = None

    def watch(self) -> None:
        """Look once, while a probe that does not end by itself still runs."""
        self.neighbour_answered = self._probes.neighbour_answers()

    def values(self) -> Mapping[str, Any]:
        """Return what was seen."""
        secret = self._probes.secret.stat()
        return {
            "secret_owner_ok": (secret.st_uid, secret.st_gid) == self._probes.secret_owner,
            "cleanup_ok": self.ended is not None,
            "uid_procs_max": LIMITS.processes + 2,
            "neighbour_answered": self.neighbour_answered,
            "mem_peak_mb": (self.ended.peak_memory if self.ended else 0) / 2**20,
            "left_over": self._probes.left_over(),
            "worker_rss_growth_mb": 0,
        }


class Probes(SharedLauncher):
    wanted = "auto"
    canary: str
    secret: Path
    secret_owner: tuple[int, int]
    neighbour: Session

    @classmethod
    def setUpClass(cls) -> None:
        """Start a launcher in an environment with a secret, beside a secret file and a neighbour with one."""
        cls.canary = secrets.token_hex(16)
        os.environ["SAGEWS_TEST_SECRET_TOKEN"] = cls.canary
        try:
            cls.launcher = launch(cls.uid(), level=cls.wanted)
        finally:
            del os.environ["SAGEWS_TEST_SECRET_TOKEN"]
        cls.secret = cls.launcher.folder / "public.conf"
        cls.secret.write_text(cls.canary)
        cls.secret.chmod(0o644)
        cls.secret_owner = (cls.secret.stat().st_uid, cls.secret.stat().st_gid)
        cls.neighbour = cls.launcher.open("python", new_id())
        cls.neighbour.evaluate(f"open('mine', 'w').write('NEIGHBOUR {cls.canary}')")

    @classmethod
    def neighbour_answers(cls) -> bool:
        """Whether another session, and with it the launcher, still answers."""
        return cls.neighbour.evaluate("6*7", 10) == ("ok", "42")

    @classmethod
    def left_over(cls) -> int:
        """Return how many processes of probes are alive after their end."""
        found = 0
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += path.read_text().startswith("sleep\000987")
            except OSError:
                continue
        return found

    def _fill(self, code: str) -> str:
        half = len(self.canary) // 2
        values = {
            "canarysplit": repr([self.canary[:half], self.canary[half:]]),
            "public_secret_file": str(self.secret),
            "host_base": str(self.launcher.folder),
            "tmp_mb": "300",
            "sysv_key": "4242",
        }
        for name, value in values.items():
            code = code.replace("{" + name + "}", value)
        return code

    def _survives(self, probe: Mapping[str, Any]) -> bool:
        """Run one probe and return whether it was survived."""
        session = self.launcher.open("python", new_id() if probe.get("workspace") else None, LIMITS)
        outside = Outside(self, session)
        code = self._fill((DATA["preamble"] if probe.get("preamble") else "") + probe["code"])
        began = time.monotonic()
        seconds = 2.0 if probe["name"] in ENDLESS else SECONDS
        try:
            status, text = session.shell(code, seconds) if probe["kind"] == "shell" else session.evaluate(code, seconds)
        except TimeoutError:
            status, text = "timeout", ""
        elapsed = time.monotonic() - began
        outside.watch()
        session.signal("KILL") if status != "died" else None
        outside.ended = session.ended(5)
        session.sock.close()
        self._forget(session.workspace)
        self.launcher.replies = [r for r in self.launcher.replies if not isinstance(r, wire.Refused)]
        observed = {
            "out": text,
            "exc": text if status == "error" else "",
            "rc": outside.ended.status,
            "ms": elapsed * 1000,
            "alive": self.neighbour_answers(),
            "died": status == "died",
            "killed": status == "timeout",
            "verdict": {"died": "died", "timeout": "killed"}.get(status, "reply"),
            "CANARY": self.canary,
            "level": self.level,
            "host": outside.values(),
        }
        safe = bool(eval(probe["safe_if"], {"__builtins__": {}}, observed))  # noqa: S307  (our own test data)
        if not safe:
            print(probe["name"], {k: v for k, v in observed.items() if k != "CANARY"})  # noqa: T201
        return safe

    def _forget(self, workspace: str) -> None:
        """Remove the home of a probe that had one."""
        if workspace:
            self.launcher.ask(wire.RemoveHome(1, workspace))
            self.launcher.expect(wire.HomeRemoved, request=1)

    def _check_survival(self, kind: str) -> None:
        probes = [probe for probe in DATA["probes"] if probe["class"] == kind]
        self.assertTrue(probes)
        self.assertEqual([probe["name"] for probe in probes if not self._survives(probe)], [])

    def test_privilege(self) -> None:
        """No probe gains a right, a namespace, a key or a look into the kernel."""
        self._check_survival("privilege")

    def test_reading(self) -> None:
        """No probe reads what is not the session's."""
        self._check_survival("fs-read")

    def test_writing(self) -> None:
        """No probe writes what is not the session's."""
        self._check_survival("fs-write")

    def test_disk(self) -> None:
        """No probe fills more than its share."""
        self._check_survival("disk")

    def test_processes(self) -> None:
        """No probe has more processes than its share, reaches another's, or outlives its session."""
        self._check_survival("process")

    def test_resources(self) -> None:
        """No probe takes the machine from its neighbours."""
        self._check_survival("resource")

    def test_network(self) -> None:
        """No probe reaches another machine or another's socket; its own loopback works."""
        self._check_survival("network")

    def test_covert(self) -> None:
        """Children do not share their randomness."""
        self._check_survival("covert")

    def test_protocol(self) -> None:
        """A session that closes its socket or ends in silence is gone, and known to be."""
        self._check_survival("protocol")


class ProbesOfAUser(Probes):
    """The same at the level of an ordinary user."""

    @classmethod
    def uid(cls) -> int | None:
        """Return an ordinary uid."""
        return ordinary_uid()


class ProbesWithoutGroups(Probes):
    """The same as root on a machine without cgroups; an ordinary user's other level is that of `Probes`."""

    wanted = "namespaces" if os.geteuid() == 0 else "auto"
