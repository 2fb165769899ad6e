"""`sagews units`: writes the units with which systemd runs the daemon, one for all roles or one for each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sagews.cli.command import Invocation
from sagews.config.settings import ROLES
from sagews.errors import SagewsError
from sagews.ops.systemd_units import UnitDaemon, units
from sagews.roles.sockets import wanted_ports


class UnitsCommand:
    """Writes a target, services and sockets into a folder."""

    name = "units"
    help = "write units for systemd, which fit the settings"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Where to, and whether roles run apart."""
        parser.add_argument("folder", metavar="FOLDER", help="usually /etc/systemd/system")
        parser.add_argument(
            "--role", action="append", default=[], choices=ROLES, help="a service for this role alone (repeatable)"
        )

    def run(self, invocation: Invocation) -> int:
        """Write them and say what to do next."""
        if invocation.config is None:
            raise SagewsError("configuration", reason="Units name a settings file: give it with --config FILE")
        config = str(Path(invocation.config).resolve())
        twistd = str(Path(sys.executable).parent / "twistd")
        roles = tuple(dict.fromkeys(invocation.options.role))
        daemons = [
            UnitDaemon(f"sagews-{role}", (role,), wanted_ports(invocation.settings, (role,))) for role in roles
        ] or [UnitDaemon("sagews", (), wanted_ports(invocation.settings, ROLES))]
        written = units(daemons, twistd, config)
        folder = Path(invocation.options.folder)
        try:
            for name, text in written.items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise SagewsError("configuration", reason=f"{folder} can't be written: {error.strerror}") from None
        for name in written:
            invocation.out.write(f"{folder / name}\n")
        enabled = " ".join(name for name in written if not name.endswith(".target"))
        invocation.out.write(f"Next: systemctl daemon-reload && systemctl enable --now {enabled} sagews.target\n")
        return 0
