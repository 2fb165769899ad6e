"""Passwords of the database's roles: made once, whoever comes first, and never seen half written."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from sagews.ops.postgres import roles
from sagews.ops.postgres.roles import ensure_password, ensure_passwords


class PasswordTests(SynchronousTestCase):
    """A folder that several daemons come to at once."""

    def setUp(self) -> None:
        """Make the folder."""
        self.folder = Path(self.mktemp())
        self.folder.mkdir()

    def test_made_once(self) -> None:
        """Passwords differ from each other, stay what they are, and are their owner's alone."""
        passwords = ensure_passwords(self.folder / "secrets")
        self.assertEqual(ensure_passwords(self.folder / "secrets"), passwords)
        self.assertEqual(len(set(passwords.values())), len(passwords))
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (self.folder / "secrets").iterdir()}
        self.assertEqual(modes, {0o600})

    def test_nobody_sees_a_password_that_is_not_written_yet(self) -> None:
        """Who comes while another daemon is making the file reads the whole password, never an empty file."""
        seen = []
        random = roles.secrets.token_urlsafe

        def interrupted(size: int) -> str:
            self.patch(roles.secrets, "token_urlsafe", random)
            seen.append(ensure_password(self.folder / "role"))
            return random(size)

        self.patch(roles.secrets, "token_urlsafe", interrupted)
        first = ensure_password(self.folder / "role")
        self.assertGreater(len(first), 40)
        self.assertEqual(seen, [first])
        self.assertEqual(os.listdir(self.folder), ["role"])

    def test_daemons_that_start_together_agree(self) -> None:
        """Eight that begin in the same instant get the same password, in each of twenty folders."""
        start = Barrier(8)

        def arrives(path: Path) -> Any:
            start.wait(30)
            return ensure_password(path)

        with ThreadPoolExecutor(8) as daemons:
            for number in range(20):
                found = set(daemons.map(arrives, [self.folder / str(number)] * 8))
                self.assertEqual(len(found), 1)
                self.assertGreater(len(found.pop()), 40)
