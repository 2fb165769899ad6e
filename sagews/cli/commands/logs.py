"""`sagews logs`: log records of every daemon, by the same query as the management page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TextIO

from twisted.internet.task import deferLater

from sagews.cli.command import Invocation
from sagews.cli.daemon_client import RunningDaemon
from sagews.cli.terminal_text import safe

FILTERS = ("level", "component", "machine", "correlation", "text", "since", "before", "limit")
HELP = {
    "level": "least level: debug, info, warn, error, critical",
    "correlation": "id that a page or an error shows",
    "since": "time (ISO 8601)",
    "before": "time (ISO 8601)",
    "limit": "most records (1 to 1000)",
}
FOLLOW_SECONDS = 1.0
# Records of one instant come again with the next question; these many ids are enough to know them.
_REMEMBERED = 5000


class LogsCommand:
    """Shows log records, oldest first."""

    name = "logs"
    help = "show log records, oldest first"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Which records, and in which form."""
        for name in FILTERS:
            parser.add_argument(f"--{name}", metavar=name.upper(), help=HELP.get(name, f"only with this {name}"))
        parser.add_argument("--follow", action="store_true", help="go on as records come")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def run(self, invocation: Invocation) -> int:
        """Ask, once or again and again."""
        options = invocation.options
        query = {name: str(value) for name in FILTERS if (value := getattr(options, name)) is not None}

        async def wait(seconds: float) -> None:
            await deferLater(invocation.reactor, seconds)

        async def work(daemon: RunningDaemon) -> int:
            follow = wait if options.follow else None
            return await logs(daemon, invocation.out, query, as_json=options.json, wait=follow)

        return invocation.ask_daemon(work)


def log_line(record: Mapping[str, Any]) -> str:
    """Return one log record as one line: time, level, component, message, correlation id."""
    line = f"{record['time']} {record['level']:8} {record['component']:10} {record['message']}"
    return safe(line + (f"  [{record['correlation']}]" if record.get("correlation") else ""))


async def logs(
    daemon: RunningDaemon,
    out: TextIO,
    query: Mapping[str, str],
    *,
    as_json: bool,
    wait: Callable[[float], Awaitable[None]] | None,
) -> int:
    """Show log records, oldest first.

    Args:
        daemon: asked for them.
        out: where they go.
        query: what is wanted, as in docs/protocol-http.md.
        as_json: one JSON object a line.
        wait: waits some seconds before asking again; None asks once.
    """
    seen: list[str] = []
    asked = dict(query)
    while True:
        # Newest first is what the daemon answers, so that a limit cuts off the old ones; people read downwards.
        records = (await daemon.call("GET", "/api/logs", query=asked))["records"][::-1]
        fresh = [record for record in records if record["id"] not in seen]
        _write(fresh, out, as_json=as_json)
        seen = (seen + [record["id"] for record in fresh])[-_REMEMBERED:]
        if wait is None:
            return 0
        if records:
            asked["since"] = records[-1]["time"]
        await wait(FOLLOW_SECONDS)


def _write(records: Sequence[Mapping[str, Any]], out: TextIO, *, as_json: bool) -> None:
    out.writelines((json.dumps(record) if as_json else log_line(record)) + "\n" for record in records)
    out.flush()
