"""Everything that would keep a daemon from working is told before it starts, with the line where it stands."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import hypothesis.strategies as st
from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.loading import load
from sagews.config.problems import Problem, refuse, setting_lines
from sagews.config.settings import ROLES
from sagews.errors import SagewsError
from sagews.ops.environments import session_environments
from sagews.ops.preflight import preflight
from sagews.ops.tls.authority import site_files
from tests.scratch import scratch_folder

GOOD = """
data = "{folder}/data"
account = "{account}"
[sessions]
environments = {{ python = "{folder}/venv" }}
"""


class PreflightTestCase(SynchronousTestCase):
    """Settings of a machine that has all that they name."""

    def setUp(self) -> None:
        self.folder = scratch_folder(self)
        (self.folder / "venv" / "bin").mkdir(parents=True)
        (self.folder / "venv" / "bin" / "python").touch()
        self.path = self.folder / "sagews.toml"

    def problems(self, text: str = "", roles: tuple[str, ...] = ROLES, *, account: str = "nobody") -> list[Problem]:
        """Return what is wrong with good settings and this text before them."""
        head, _, tail = text.partition("|")
        self.path.write_text(head + GOOD.format(folder=self.folder, account=account) + tail, encoding="utf-8")
        return preflight(load(str(self.path), {}), roles)

    def keys(self, text: str, roles: tuple[str, ...] = ROLES) -> list[str]:
        """Return the settings that are wrong."""
        return [problem.key for problem in self.problems(text, roles)]


class MeaningTests(PreflightTestCase):
    """Settings that each are well formed."""

    def test_good(self) -> None:
        """Settings that work have no problem."""
        self.assertEqual(self.problems(), [])

    def test_contradictions(self) -> None:
        """Each setting that can't work, alone or beside another, is named by its key."""
        for text, key in (
            ('[isolation]\nlevel = "nonsense"', "isolation.level"),
            ('[isolation]\nlevel = "userns"\nminimum = "full"', "isolation.level"),
            ("[site]\nport = 9000\nuntrusted_port = 9000", "site.untrusted_port"),
            ("[site]\nport = 9000\n[link]\nport = 9000", "link.port"),
            ("[site]\nport = 65535\n[link]\nport = 1\ncollector_port = 2", "site.untrusted_port"),
            ('[site]\nhost = "0.0.0.0"', "site.names"),
            ('[site]\ncertificate = "/nowhere.pem"', "site.certificate"),
            ('[site]\npublic = "https://a.example"', "site.public"),
            ('[site]\npublic = "https://a.example/x"\npublic_untrusted = "https://b.example"', "site.public"),
            (
                '[site]\npublic = "https://a.example"\npublic_untrusted = "https://a.example:443"',
                "site.public_untrusted",
            ),
            ('[site]\nproxies = ["10.0.0.1/8"]', "site.proxies"),
            ('[database]\ndsn_file = "/nowhere/dsn"', "database.dsn_file"),
        ):
            self.assertEqual(self.keys("|" + text), [key], text)

    def test_two_ports_of_one_number(self) -> None:
        """One number on two addresses is no contradiction; everywhere and one of them is."""
        self.assertEqual(self.keys('|[site]\nport = 9000\n[link]\nhost = "192.0.2.1"\nport = 9000'), [])
        self.assertEqual(self.keys('|[site]\nport = 9000\n[link]\nhost = "::"\nport = 9000'), ["link.port"])

    def test_relative_data(self) -> None:
        """A data folder that depends on where the daemon was started is refused."""
        self.path.write_text('data = "here"\n', encoding="utf-8")
        found = preflight(load(str(self.path), {}), ("log",))
        self.assertEqual([problem.key for problem in found if problem.key == "data"], ["data"])


class MachineTests(PreflightTestCase):
    """What the settings name has to be there."""

    def test_account(self) -> None:
        """An account that root has not made is named, with the command that makes it."""
        found = self.problems(account="nobody-at-all")
        self.assertEqual([problem.key for problem in found], ["account"] if os.geteuid() == 0 else [])

    def test_environments(self) -> None:
        """An environment without an interpreter is named; a daemon that computes nothing needs none."""
        (self.folder / "venv" / "bin" / "python").unlink()
        self.assertEqual(self.keys(""), ["sessions.environments"])
        self.assertEqual(self.keys("", ("frontend", "backend", "log")), [])

    def test_data(self) -> None:
        """A data folder beneath a file, or so deep that no socket fits, is refused."""
        for folder in (self.path, self.folder / ("x" * 100)):
            self.problems()
            text = self.path.read_text().replace(f"{self.folder}/data", str(folder))
            self.path.write_text(text, encoding="utf-8")
            self.assertEqual([each.key for each in preflight(load(str(self.path), {}), ROLES)], ["data"])

    def test_a_full_disk(self) -> None:
        """A data folder whose disk has no room left is told before PostgreSQL fails on it."""
        full = SimpleNamespace(f_bavail=3, f_frsize=4096)
        self.patch(os, "statvfs", lambda _path: full)
        (problem,) = self.problems()
        self.assertEqual(problem.key, "data")
        self.assertIn("12 KiB are free", problem.sentence)

    def certificate(self, now: datetime) -> str:
        """Return settings with a certificate that was made at this time."""
        files = site_files(self.folder / "keys", ["math.example.org"], None, now)
        return f'|[site]\ncertificate = "{files.certificate}"\nkey = "{files.key}"'

    def test_certificate(self) -> None:
        """A certificate that is missing, damaged, over, or not of its key is told before anything starts."""
        now = datetime.now(UTC)
        good = self.certificate(now)
        self.assertEqual(self.keys(good), [])
        key = self.folder / "keys" / "site.key"
        kept = key.read_bytes()
        for text in (b"nonsense", None):
            key.unlink() if text is None else key.write_bytes(text)
            self.assertEqual(self.keys(good), ["site.certificate"])
        other = site_files(self.folder / "other", ["math.example.org"], None, now)
        key.write_bytes(other.key.read_bytes())
        (problem,) = self.problems(good)
        self.assertIn("does not belong", problem.sentence)
        key.write_bytes(kept)
        (self.folder / "keys" / "site.pem").unlink()
        self.assertEqual(self.keys(self.certificate(now - timedelta(days=400))), ["site.certificate"])

    def test_worker_of_another_machine(self) -> None:
        """A worker that dials another machine without certificates from there is told which it needs."""
        (problem,) = self.problems('|[link]\nbackend = "math.example.org:8082"', ("worker",))
        self.assertEqual(problem.key, "link.backend")
        self.assertIn("worker.pem", problem.sentence)


class FoundEnvironmentsTests(SynchronousTestCase):
    """Where sessions' Python is found without a word in the settings."""

    def test_left_by_the_build(self) -> None:
        """A daemon that nobody told finds the environments that were built with its version."""
        folder = scratch_folder(self)
        (folder / "sage" / "bin").mkdir(parents=True)
        (folder / "sage" / "bin" / "python").touch()
        (folder / "share" / "sagews").mkdir(parents=True)
        settings = load(None, {}, root=False)
        self.assertRaises(SagewsError, session_environments, settings, folder)
        left = folder / "share" / "sagews" / "environments.json"
        left.write_text(json.dumps({"sage": str(folder / "sage")}), encoding="utf-8")
        self.assertEqual(session_environments(settings, folder), {"sage": folder / "sage"})
        left.write_text("nonsense", encoding="utf-8")
        self.assertRaises(SagewsError, session_environments, settings, folder)

    def test_own(self) -> None:
        """Without a build a daemon computes in its own environment, if that has what sessions need."""
        folder = scratch_folder(self)
        (folder / "bin").mkdir()
        (folder / "bin" / "python").touch()
        site = folder / "lib" / "python3.11" / "site-packages"
        (site / "numpy").mkdir(parents=True)
        settings = load(None, {}, root=False)
        self.assertEqual(set(session_environments(settings, folder)), {"python"})
        (site / "sage").mkdir()
        (site / "sage" / "all.py").touch()
        self.assertEqual(set(session_environments(settings, folder)), {"sage", "python"})


class LineTests(SynchronousTestCase):
    """Where a problem stands."""

    def test_lines(self) -> None:
        """A setting is found under its section; one that is not there stands for its section."""
        path = scratch_folder(self) / "s.toml"
        path.write_text('data = "/d"\n\n[site]\n# port = 1\nport = 2\nsocket.x = 1\n', encoding="utf-8")
        lines = setting_lines(path.read_text())
        self.assertEqual(lines, {"data": 1, "site": 3, "site.port": 5, "site.socket.x": 6})
        problems = [Problem("site.port", "a"), Problem("site.names", "b"), Problem("link.port", "c"), Problem("", "d")]
        error = self.assertRaises(SagewsError, refuse, problems, str(path))
        self.assertEqual(str(error), f"{path}:5: site.port: a; {path}:3: site.names: b; link.port: c; d")

    def test_read(self) -> None:
        """A value of the wrong form is told with its line."""
        path = scratch_folder(self) / "s.toml"
        path.write_text("[site]\n\nprot = 1\nport = 'x'\n", encoding="utf-8")
        error = self.assertRaises(SagewsError, load, str(path), {}, root=False)
        self.assertIn(f"{path}:3: site.prot: ", str(error))
        self.assertIn(f"{path}:4: site.port: ", str(error))

    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        """Any text has lines, or none; never a failure."""
        for number in setting_lines(text).values():
            self.assertGreater(number, 0)
