"""`sagews status`: what the daemon tells of itself."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sagews.cli.command import Invocation
from sagews.cli.daemon_client import RunningDaemon
from sagews.cli.terminal_text import lines_of
from sagews.errors import SagewsError
from sagews.ops.control import ask_siblings
from sagews.wire.control import AskStatus


class StatusCommand:
    """Shows the state of the installation."""

    name = "status"
    help = "show isolation, workers, sessions and versions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """In which form."""
        parser.add_argument("--json", action="store_true", help="as JSON")

    def run(self, invocation: Invocation) -> int:
        """Ask, and show the answer."""

        async def work() -> int:
            found = await _found(invocation)
            shown = [json.dumps(found, indent=2)] if invocation.options.json else lines_of(found)
            invocation.out.writelines(line + "\n" for line in shown)
            return 0

        return invocation.run_reactor(work)


async def _found(invocation: Invocation) -> Any:
    """Ask the site, which knows the others; without one ask each daemon of the data folder."""
    try:
        return await RunningDaemon(invocation.reactor, invocation.layout).call("GET", "/api/status")
    except SagewsError as error:
        if error.code != "configuration":
            raise
        others = await ask_siblings(invocation.reactor, invocation.layout, AskStatus())
        if not others:
            raise
        return {"site": str(error), "others": {name: found or "does not answer" for name, found in others.items()}}
