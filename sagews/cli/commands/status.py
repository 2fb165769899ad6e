"""`sagews status`: what the daemon tells of itself."""

from __future__ import annotations

import argparse
import json

from sagews.cli.command import Invocation
from sagews.cli.daemon_client import RunningDaemon
from sagews.cli.terminal_text import lines_of


class StatusCommand:
    """Shows the state of the installation."""

    name = "status"
    help = "show isolation, workers, sessions and versions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """In which form."""
        parser.add_argument("--json", action="store_true", help="as JSON")

    def run(self, invocation: Invocation) -> int:
        """Ask, and show the answer."""

        async def work(daemon: RunningDaemon) -> int:
            found = await daemon.call("GET", "/api/status")
            shown = [json.dumps(found, indent=2)] if invocation.options.json else lines_of(found)
            invocation.out.writelines(line + "\n" for line in shown)
            return 0

        return invocation.ask_daemon(work)
