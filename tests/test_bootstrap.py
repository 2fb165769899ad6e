"""What builds the environments: two builds at once on one machine, and versions that are never changed."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from twisted.trial.unittest import SynchronousTestCase

from sagews.ops.version import hold_version
from scripts import bootstrap

OTHER = """
import sys
from pathlib import Path
from scripts import bootstrap
with bootstrap.only_one(Path(sys.argv[1])):
    print("its turn", (Path(sys.argv[1]) / bootstrap.READY).exists(), flush=True)
"""


class OnlyOneTests(SynchronousTestCase):
    """Environments are shared by all checkouts of a machine."""

    def test_second_build_waits(self) -> None:
        """Who wants an environment that another is building waits until it is whole."""
        with TemporaryDirectory() as folder:
            place = Path(folder) / "sage-0123"
            with bootstrap.only_one(place):
                place.mkdir()
                other = self._other(place)
                assert other.stderr is not None
                self.assertIn("waiting for another build of sage-0123", other.stderr.readline())
                (place / bootstrap.READY).write_text("[]")
            self.assertEqual(other.communicate()[0], "its turn True\n")

    def _other(self, place: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", OTHER, str(place)]
        other = subprocess.Popen(
            command, cwd=bootstrap.CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.addCleanup(lambda: other.communicate() if other.poll() is None else None)
        return other


class VersionTests(SynchronousTestCase):
    """Installed versions beside each other."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.prefix = Path(folder.name)
        self.patch(os, "environ", {**os.environ, "SAGEWS_PREFIX": folder.name})
        self.current = self.version("daemon-2", "ab-new")

    def version(self, dependencies: str, name: str, age: float = 2 * bootstrap.YOUNG_SECONDS) -> Path:
        """Make something that looks like a version, and what it depends on."""
        place = self.prefix / "versions" / dependencies / name
        for each in (self.prefix / dependencies, place):
            each.mkdir(parents=True, exist_ok=True)
            ready = each / bootstrap.READY
            ready.touch()
            os.utime(ready, (ready.stat().st_mtime - age,) * 2)
        return place

    def test_unused(self) -> None:
        """A version that nobody holds goes when another is current; one that a daemon holds stays until it ends."""
        old = self.version("daemon-2", "ab-old")
        held = hold_version(old)
        assert held is not None
        bootstrap.remove_unused(self.current)
        self.assertTrue(old.exists())
        os.close(held)
        bootstrap.remove_unused(self.current)
        self.assertFalse(old.exists())
        self.assertTrue(self.current.exists())

    def test_young(self) -> None:
        """A version that was built a moment ago stays, because it may be about to be started."""
        young = self.version("daemon-2", "ab-young", age=0)
        bootstrap.remove_unused(self.current)
        self.assertTrue(young.exists())

    def test_dependencies(self) -> None:
        """Dependencies that no version needs go as well; those that another checkout needs stay."""
        self.version("daemon-1", "ab-old")
        other = self.version("daemon-1", "cd-x")
        bootstrap.remove_unused(self.current)
        self.assertFalse((self.prefix / "versions" / "daemon-1" / "ab-old").exists())
        self.assertTrue((self.prefix / "daemon-1").exists())
        bootstrap.shutil.rmtree(other)
        bootstrap.remove_unused(self.current)
        self.assertFalse((self.prefix / "daemon-1").exists())
        self.assertTrue((self.prefix / "daemon-2").exists())

    def test_dependencies_about_to_be_needed(self) -> None:
        """Dependencies stay while another checkout builds its first version over them."""
        building = self.version("daemon-1", "cd-x")
        bootstrap.shutil.rmtree(building)
        held = bootstrap.hold(self.prefix / "daemon-1")
        bootstrap.remove_unused(self.current)
        self.assertTrue((self.prefix / "daemon-1").exists())
        os.close(held)
        bootstrap.remove_unused(self.current)
        self.assertFalse((self.prefix / "daemon-1").exists())

    def test_of_a_checkout_alone(self) -> None:
        """What this checkout left under the names of before dependencies were shared goes; another's stays."""
        self.version("daemon-ab-1", "old")
        other = self.version("daemon-cd-1", "x")
        bootstrap.remove_unused(self.current)
        self.assertFalse((self.prefix / "daemon-ab-1").exists())
        self.assertTrue(other.exists())

    def test_not_ours(self) -> None:
        """A daemon that was installed by other means holds nothing."""
        self.assertIsNone(hold_version(self.prefix))


class VariableTests(SynchronousTestCase):
    """A private authority of the package index."""

    def test_one_name_for_all(self) -> None:
        """Whichever name it was given by, pip, node and OpenSSL each find it by theirs; what was said stays."""
        for name in bootstrap.AUTHORITIES:
            found = bootstrap.build_environment_variables({name: "/ca.pem"})
            for each in ("PIP_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
                self.assertEqual(found[each], "/ca.pem")
        both = bootstrap.build_environment_variables({"PIP_CERT": "/a", "NODE_EXTRA_CA_CERTS": "/b"})
        self.assertEqual((both["PIP_CERT"], both["NODE_EXTRA_CA_CERTS"]), ("/a", "/b"))
        self.assertNotIn("PIP_CERT", bootstrap.build_environment_variables({}))


class LockTests(SynchronousTestCase):
    """What is installed is what the lock files name, by its hashes."""

    def pins(self, *names: str) -> dict[str, str]:
        """Return the versions in lock files, by package."""
        text = "".join((bootstrap.CHECKOUT / "etc" / name).read_text(encoding="utf-8") for name in names)
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", text, re.MULTILINE))

    def test_they_fit_the_ranges(self) -> None:
        """Every requirement is met by exactly one pin, each has hashes and nothing else, and no index is named."""
        for locks, ranges in (
            (("daemon.lock",), "requirements.txt"),
            (("daemon.lock", "test.lock"), "requirements-test.txt"),
            (("build.lock", "node.lock"), "requirements-build.txt"),
            (("python.lock",), "environment-python.txt"),
            (("python.lock", "sage.lock"), "environment-sage.txt"),
        ):
            pins = self.pins(*locks)
            for text in bootstrap.lines(ranges):
                wanted = Requirement(text)
                self.assertIn(canonicalize_name(wanted.name), pins)
                self.assertTrue(wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), text)
            for name in locks:
                body = (bootstrap.CHECKOUT / "etc" / name).read_text(encoding="utf-8")
                form = r"#.*\n([a-z0-9-]+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n)+"
                self.assertIsNotNone(re.fullmatch(form, body), name)

    def test_sessions_are_held_too(self) -> None:
        """With Sage, without it, on a Python that has none, and not at all with LOCK=no."""
        asked: list[tuple[str, list[str]]] = []

        def environment(name: str, requirements: list[str], *, binary: bool, locks: list[str]) -> Path:
            asked.append((name, list(locks)))
            return Path(name)

        self.patch(bootstrap, "environment", environment)
        self.patch(bootstrap.sys, "version_info", (3, 12, 4))
        for sage in (True, False):
            for lock in (True, False):
                bootstrap.sessions(sage=sage, lock=lock)
        self.patch(bootstrap.sys, "version_info", (3, 13, 0))
        bootstrap.sessions(sage=True, lock=True)
        both, one = ["python.lock", "sage.lock"], ["python.lock"]
        self.assertEqual(asked, [("sage", both), ("sage", []), ("python", one), ("python", []), ("sage", one)])

    def test_another_file_is_refused(self) -> None:
        """A package whose bytes are not those of the lock is not installed, and the build says what can be done."""
        with TemporaryDirectory() as folder:
            wheel = Path(folder) / "toy-1.0-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr("toy.py", "")
                archive.writestr("toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
                archive.writestr(
                    "toy-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
                )
                archive.writestr("toy-1.0.dist-info/RECORD", "")
            lock = Path(folder) / "toy.lock"
            place = Path(folder) / "environment"
            (place / "bin").mkdir(parents=True)
            # A version has no pip of its own.
            (place / "bin" / "pip").write_text(f'#!/bin/sh\nexec {sys.executable} -m pip "$@"\n')
            (place / "bin" / "pip").chmod(0o755)
            install = ("--dry-run", "--no-index", f"--find-links={folder}", *bootstrap.hashed([lock]))
            lock.write_text(f"toy==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
            bootstrap.pip_install(place, *install)
            lock.write_text(f"toy==1.0 --hash=sha256:{hashlib.sha256(b'another').hexdigest()}\n")
            said: list[str] = []
            self.patch(bootstrap, "say", said.append)
            with self.assertRaises(SystemExit):
                bootstrap.pip_install(place, *install)
            self.assertIn("LOCK=no", " ".join(said))
