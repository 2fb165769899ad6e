"""Both kinds of machine: root, where each session has its own uid, and an ordinary user, who gets the same jails."""

from __future__ import annotations

import json
import os

import pytest
from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.running import RunningDaemon

pytestmark = pytest.mark.slow

ORDINARY = 65534
TWO_PRIMES = "59649589127497217 * 5704689200685129054721"


class CommandLineTests(SynchronousTestCase):
    """`sagews` on the terminal, through a running daemon."""

    def running(self, user: int | None) -> RunningDaemon:
        """Return a daemon that is ready."""
        daemon = RunningDaemon(user=user)
        self.addCleanup(daemon.remove)
        daemon.start()
        return daemon

    def check_evaluates(self, daemon: RunningDaemon) -> None:
        """Expect the factors of the seventh Fermat number on the terminal."""
        answer = daemon.run_command("eval", "factor(2^128+1)")
        self.assertEqual((answer.stdout.strip(), answer.returncode), (TWO_PRIMES, 0), answer.stderr)

    def level(self, daemon: RunningDaemon) -> str:
        """Return the isolation level that `sagews status` shows."""
        answer = daemon.run_command("status", "--json")
        return str(json.loads(answer.stdout)["isolation"]["level"])

    def test_own_account(self) -> None:
        """Sage answers on the terminal at a level that is named; for root, from a session with a uid of its own."""
        daemon = self.running(None)
        self.check_evaluates(daemon)
        root = os.geteuid() == 0
        self.assertIn(self.level(daemon), ("full", "namespaces") if root else ("userns",))
        uid = daemon.run_command("eval", "import os; print(os.getuid())").stdout.strip()
        self.assertTrue(uid.isdigit() and (int(uid) >= 200_000 or not root), uid)

    def test_ordinary_user(self) -> None:
        """As an ordinary user, the same works in user namespaces."""
        daemon = self.running(ORDINARY)
        self.check_evaluates(daemon)
        self.assertEqual(self.level(daemon), "userns")

    def test_error_is_status_one(self) -> None:
        """An error in the evaluated text is shown and gives status 1."""
        daemon = self.running(None)
        answer = daemon.run_command("eval", "1/0")
        self.assertEqual(answer.returncode, 1)
        self.assertIn("ZeroDivisionError", answer.stdout + answer.stderr)

    def test_token_is_private(self) -> None:
        """The command line's token can be read by its owner alone, and stands in no log."""
        daemon = self.running(None)
        token = daemon.data / "run" / "token"
        self.assertEqual(token.stat().st_mode & 0o777, 0o600)
        self.check_evaluates(daemon)
        secret = token.read_text(encoding="ascii").strip().encode()
        for path in (daemon.log, *(daemon.data / "logs").rglob("*")):
            if path.is_file():
                self.assertNotIn(secret, path.read_bytes(), path)
