"""`sagews start`: the daemon in the background."""

from __future__ import annotations

import argparse

from sagews.cli.background_daemon import add_role_option, start
from sagews.cli.command import Invocation


class StartCommand:
    """Starts the daemon."""

    name = "start"
    help = "start the daemon in the background and wait until it answers"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Which roles."""
        add_role_option(parser)

    def run(self, invocation: Invocation) -> int:
        """Start it."""
        return start(invocation.layout, invocation.config, invocation.options.role, invocation.out)
