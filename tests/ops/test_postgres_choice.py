"""Which programs and which DSNs are taken."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.ops.postgres.binaries import choose_binaries, executable_by, find_candidates
from sagews.ops.postgres.dsn import check_dsn


class BinariesTests(SynchronousTestCase):
    """Programs that only tell their version."""

    def setUp(self) -> None:
        """Make a folder."""
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.data.mkdir()

    def programs(self, major: int, mode: int = 0o755) -> Path:
        """Make programs of a version."""
        folder = self.folder / str(major)
        folder.mkdir()
        for name in ("postgres", "initdb"):
            path = folder / name
            path.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (Debian)'\n")
            path.chmod(mode)
        return folder

    def test_first_that_works(self) -> None:
        """A new cluster is made by the first candidate that is there, executable and new enough."""
        candidates = [self.folder / "none", self.programs(18, 0o644), self.programs(14), self.programs(16)]
        self.assertEqual(choose_binaries(self.data, candidates=candidates), candidates[3])

    def test_existing_cluster_decides(self) -> None:
        """An existing cluster is run by the version that made it, whatever is preferred."""
        candidates = [self.programs(18), self.programs(15)]
        (self.data / "PG_VERSION").write_text("15\n")
        self.assertEqual(choose_binaries(self.data, candidates=candidates), candidates[1])
        (self.data / "PG_VERSION").write_text("17\n")
        error = self.assertRaises(SagewsError, choose_binaries, self.data, candidates=candidates)
        self.assertIn("apt install postgresql-17", str(error))

    def test_nothing_there(self) -> None:
        """Without programs the error says what to install."""
        error = self.assertRaises(SagewsError, choose_binaries, self.data, candidates=[])
        self.assertIn("apt install postgresql", str(error))

    def test_damaged_cluster(self) -> None:
        """A damaged PG_VERSION is an error in words."""
        (self.data / "PG_VERSION").write_text("../../x")
        self.assertRaises(SagewsError, choose_binaries, self.data, candidates=[self.programs(15)])

    def test_hidden_from_the_account(self) -> None:
        """Programs behind a folder that the service account can't enter do not count."""
        folder = self.programs(18)
        hidden = self.folder / "hidden"
        hidden.mkdir()
        moved = hidden / "18"
        folder.rename(moved)
        hidden.chmod(0o700)
        self.assertFalse(executable_by(moved / "postgres", 65534 if os.getuid() != 65534 else 65533))

    def test_relative_search_path_is_ignored(self) -> None:
        """Only absolute folders of the search path are looked at."""
        found = list(find_candidates("relative:/absolute::."))
        self.assertEqual(found[-1], Path("/absolute"))
        self.assertTrue(all(folder.is_absolute() for folder in found))


class DsnTests(SynchronousTestCase):
    """DSNs that an operator configures."""

    def test_local_ones_pass(self) -> None:
        """Sockets and loopback need no TLS."""
        for dsn in ("dbname=x", "host=/run/postgresql dbname=x", "postgresql://u:p@127.0.0.1/x", "host=localhost"):
            check_dsn(dsn)

    def test_remote_ones_need_full_verification(self) -> None:
        """Any other host, also one of several or by address alone, needs verify-full."""
        for dsn in (
            "host=db.example.org",
            "postgresql://db.example.org/x?sslmode=require",
            "host=/run/postgresql,db.example.org",
            "hostaddr=192.0.2.1",
            "host=localhost hostaddr=192.0.2.1",
            "service=elsewhere",
            "host=db.example.org sslmode=verify-ca",
        ):
            error = self.assertRaises(SagewsError, check_dsn, dsn)
            self.assertEqual(error.code, "configuration", dsn)
        check_dsn("postgresql://u@db.example.org/x?sslmode=verify-full&sslrootcert=/etc/ca.pem")

    def test_refusals_quote_nothing(self) -> None:
        """A DSN that can't be read is refused without its password."""
        error = self.assertRaises(SagewsError, check_dsn, "host=x password=geheim nonsense")
        self.assertNotIn("geheim", str(error))
