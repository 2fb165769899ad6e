"""`sagews check`: the settings, checked whole without a daemon; every error is told at once."""

from __future__ import annotations

import argparse

from sagews.cli.background_daemon import add_role_option
from sagews.cli.command import Invocation
from sagews.config.problems import refuse
from sagews.config.settings import ROLES
from sagews.ops.preflight import preflight


class CheckCommand:
    """Says what is wrong with the settings on this machine; what can't even be read was told before."""

    name = "check"
    help = "check the settings and say everything that is wrong with them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Which roles: a worker on a machine of its own needs no database, for instance."""
        add_role_option(parser)

    def run(self, invocation: Invocation) -> int:
        """Look at everything that a start would look at before it begins."""
        refuse(preflight(invocation.settings, invocation.options.role or ROLES), invocation.config)
        invocation.out.write(f"{invocation.config or 'The default settings'}: no errors.\n")
        return 0
