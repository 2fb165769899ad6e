"""`sagews reload`: running daemons read their settings again."""

from __future__ import annotations

import argparse

from sagews.cli.command import Invocation
from sagews.cli.terminal_text import safe
from sagews.errors import SagewsError
from sagews.ops.control import ask
from sagews.wire.control import AskReload


class ReloadCommand:
    """Has every daemon of the data folder read its settings again, and says what came of it."""

    name = "reload"
    help = "have running daemons read their settings again; each takes over all of it or nothing"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """None of its own."""

    def run(self, invocation: Invocation) -> int:
        """Ask each; the first that refuses says why, and no other is asked. Those before it have taken theirs."""

        async def work() -> int:
            asked = 0
            for path in sorted(invocation.layout.run.glob("*.socket")):
                answer = await ask(invocation.reactor, path, AskReload())
                if answer is None:
                    continue
                asked += 1
                name = "" if path.stem == "all" else f"{path.stem}: "
                changed, restart = answer.get("changed") or [], answer.get("restart") or []
                for each in changed or ["nothing changed"]:
                    invocation.out.write(f"{name}{safe(each)}\n")
                if restart:
                    invocation.out.write(f"{name}a restart is needed for {safe(', '.join(restart))}\n")
            if not asked:
                reason = f"No daemon runs with the data folder {invocation.layout.base}."
                raise SagewsError("configuration", reason=reason)
            return 0

        return invocation.run_reactor(work)
