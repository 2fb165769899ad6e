"""The operators' console, with OpenSSH's own client."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.running import RunningDaemon

pytestmark = pytest.mark.slow


class ManholeTests(SynchronousTestCase):
    """A daemon that lets one key in."""

    def setUp(self) -> None:
        """Make two keys and start a daemon that knows one of them."""
        self.daemon = RunningDaemon()
        self.addCleanup(self.daemon.remove)
        self.folder = self.daemon.folder
        for name in ("known", "stranger"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name} key", "-f", str(self.folder / name)]
            subprocess.run(made, check=True)
        keys = self.folder / "operators"
        keys.write_bytes(b"# who may enter\n" + (self.folder / "known.pub").read_bytes())
        text = self.daemon.settings.read_text(encoding="utf-8")
        self.daemon.settings.write_text(f'{text}\n[manhole]\nkeys = "{keys}"\n', encoding="utf-8")
        self.daemon.start()
        status = json.loads(self.daemon.run_command("status", "--json").stdout)
        self.port = status["manhole"]["address"].rpartition(":")[2]
        self.fingerprint = status["manhole"]["key"]

    def ssh(self, *command: str, key: str = "known", typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run OpenSSH's client with nothing of this account's own."""
        options = {
            "IdentityFile": str(self.folder / key),
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": str(self.folder / "hosts"),
            "StrictHostKeyChecking": "accept-new",
            "BatchMode": "yes",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        terminal = ["-tt"] if typed else []
        return subprocess.run(
            ["ssh", "-F", os.devnull, *terminal, *words, "-p", self.port, "operator@127.0.0.1", *command],
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_who_may_enter_and_what_is_noted(self) -> None:
        """Commands are for scripts, Python for people; strangers stay out; each line is in the log with its key."""
        refused = self.ssh("status", key="stranger")
        self.assertEqual((refused.returncode, refused.stdout), (255, ""))
        self.assertIn("Permission denied (publickey)", refused.stderr)
        status = self.ssh("status")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertIn("isolation", json.loads(status.stdout))
        self._known_by_its_key()
        self.assertEqual(self.daemon.run_command("eval", "--flavour", "python", "6*7").stdout.strip(), "42")
        self._commands()
        console = self.ssh(typed="6 * 7 * 11\nloglevel warn\nsorted(daemon.roles)[0]\n\x04")
        self.assertIn("462", console.stdout)
        self.assertIn("events of level warn and worse are logged", console.stdout)
        self.assertIn("'backend'", console.stdout)
        logged = "".join(path.read_text(encoding="utf-8") for path in (self.daemon.data / "logs").glob("all-*.jsonl"))
        for line in ("status", "trace not-an-id", "6 * 7 * 11", "loglevel warn"):
            self.assertIn(f"manhole: known key runs '{line}'", logged)
        self.assertNotIn("stranger key", logged)

    def _known_by_its_key(self) -> None:
        hosts = self.folder / "hosts"
        shown = subprocess.run(["ssh-keygen", "-l", "-f", str(hosts)], capture_output=True, text=True, check=True)
        self.assertIn(self.fingerprint, shown.stdout)
        own: Path = self.daemon.data / "keys" / "manhole.key"
        self.assertEqual(own.stat().st_mode & 0o077, 0)

    def _commands(self) -> None:
        helped = self.ssh("help").stdout
        for name in ("status", "sessions", "top", "why", "trace", "loglevel", "reload"):
            self.assertIn(f"\n{name} ", f"\n{helped}")
            self.assertNotIn("None", helped)
        self.assertTrue(self.ssh("sessions").stdout.startswith("id"))
        self.assertIn("MiB", self.ssh("top").stdout)
        self.assertIn("No records", self.ssh("trace", "not-an-id").stdout)
        self.assertIn("does not live here", self.ssh("why", "nobody").stdout)
        self.assertIn("nothing that can change", self.ssh("reload").stdout)
        for words in (("nonsense",), ("trace",), ("loglevel", "loud"), ("status", "'")):
            wrong = self.ssh(*words)
            self.assertEqual(wrong.returncode, 1, wrong.stdout)
            self.assertIn("The value of", wrong.stdout)
