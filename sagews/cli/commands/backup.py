"""`sagews backup` and `sagews restore`: everything that was saved, in one file and back."""

from __future__ import annotations

import argparse
import os
import pwd
from pathlib import Path

from twisted.internet.threads import deferToThread

from sagews.cli.command import Invocation
from sagews.errors import SagewsError
from sagews.ops import folders
from sagews.ops.postgres.dump import back_up, bring_back
from sagews.ops.postgres.folders import Account, give_cluster
from sagews.ops.postgres.server import PostgresService


class BackupCommand:
    """Writes a backup while the daemon runs."""

    name = "backup"
    help = "write everything that was saved into a file, while the daemon runs"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Where it goes."""
        parser.add_argument("file", metavar="FILE", help="a new file; pg_restore reads it as well")

    def run(self, invocation: Invocation) -> int:
        """Write it."""
        target = Path(invocation.options.file).absolute()
        back_up(invocation.settings, target)
        invocation.out.write(f"Wrote {target} ({target.stat().st_size} bytes).\n")
        return 0


class RestoreCommand:
    """Fills a new data folder, or an empty database of the operator's own, from a backup."""

    name = "restore"
    help = "fill a new data folder from a backup, before its daemon is started for the first time"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """From where."""
        parser.add_argument("file", metavar="FILE", help="what sagews backup wrote")

    def run(self, invocation: Invocation) -> int:
        """Start the database alone if it is ours, fill it, and stop it."""
        source = Path(invocation.options.file).absolute()
        if not source.is_file():
            raise SagewsError("configuration", reason=f"There is no file {source}.")
        if invocation.settings.database.dsn_file is not None:
            bring_back(invocation.settings, source)
        else:
            self._into_own(invocation, source)
        invocation.out.write(f"Restored {source}. Start the daemon now.\n")
        return 0

    def _into_own(self, invocation: Invocation, source: Path) -> None:
        layout, account = invocation.layout, _account(invocation.settings.account)
        folders.prepare(layout, (account.uid, account.gid) if account else (os.geteuid(), os.getegid()))
        server = PostgresService(invocation.reactor, layout.postgres, account=account)

        async def work() -> int:
            await server.start()
            try:
                await deferToThread(bring_back, invocation.settings, source)
            finally:
                await server.stop()
                if account is not None:
                    give_cluster(server.folders, account)
            return 0

        invocation.run_reactor(work)


def _account(name: str) -> Account | None:
    """Return whom the server runs as where root restores; without root it is who runs this."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        reason = f"There is no account {name}. Make it: useradd --system {name}"
        raise SagewsError("configuration", reason=reason) from None
    return Account(found.pw_uid, found.pw_gid)
