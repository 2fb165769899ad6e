"""What a daemon prepares at its start."""

from __future__ import annotations

import os
from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.frontend.sign_in.first_link import ensure_first_link, ensure_personal_token, read_private
from sagews.net.private_files import write_private
from sagews.policy.accounts import tokens
from tests.frontend.memory import World
from tests.scratch import scratch_folder


class BootstrapTests(SynchronousTestCase):
    """First link and personal token."""

    def setUp(self) -> None:
        self.world = World()
        self.path = scratch_folder(self) / "token"

    def token(self):
        return self.world.run(ensure_personal_token(self.world.accounts, self.path, self.world.now))

    def test_first_link(self) -> None:
        """The link's secret stands in the fragment and is stored hashed; with an administrator there is no link."""
        link = self.world.run(ensure_first_link(self.world.accounts, "http://127.0.0.1:8080", self.world.now))
        secret = link.removeprefix("http://127.0.0.1:8080/#first=")
        self.assertIn(("first", tokens.hashed(secret)), self.world.accounts.one_time)
        self.assertEqual(self.world.call("POST", "/api/first", {"token": secret}).status, 200)
        again = ensure_first_link(self.world.accounts, "http://127.0.0.1:8080", self.world.now)
        self.assertIsNone(self.world.run(again))

    def test_token(self) -> None:
        """The token's file is readable by its owner alone, and a restart keeps it."""
        login = self.token()
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.token().id, login.id)
        self.assertEqual(len(self.world.accounts.people), 1)
        self.assertEqual(os.listdir(self.path.parent), [self.path.name])

    def test_renewed(self) -> None:
        """A token that will expire soon, was readable by others, or is none, is made again."""
        login = self.token()
        self.world.clock.advance(timedelta(days=340).total_seconds())
        renewed = self.token()
        self.assertNotEqual(renewed.id, login.id)
        self.path.chmod(0o640)
        self.assertNotEqual(self.token().id, renewed.id)
        self.path.write_text("nonsense")
        self.assertIsNone(read_private(self.path))
        self.token()
        self.assertIsNotNone(read_private(self.path))

    def test_link_in_the_way(self) -> None:
        """A symbolic link in the file's place is replaced, never followed."""
        target = scratch_folder(self) / "token"
        target.write_text("precious")
        self.path.symlink_to(target)
        self.token()
        self.assertEqual(target.read_text(), "precious")
        self.assertFalse(self.path.is_symlink())

    def test_no_folder(self) -> None:
        """A file that can't be written is an error that says which."""
        error = self.assertRaises(SagewsError, write_private, self.path / "nowhere" / "token", b"x")
        self.assertEqual(error.code, "configuration")
        self.assertIn("nowhere", str(error))
