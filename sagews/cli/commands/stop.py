"""`sagews stop`: the end of a daemon in the background."""

from __future__ import annotations

import argparse

from sagews.cli.background_daemon import add_role_option, stop
from sagews.cli.command import Invocation


class StopCommand:
    """Stops the daemon."""

    name = "stop"
    help = "stop the daemon and wait until it is gone"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Which roles."""
        add_role_option(parser)

    def run(self, invocation: Invocation) -> int:
        """Stop it."""
        return stop(invocation.layout, invocation.options.role, invocation.out)
