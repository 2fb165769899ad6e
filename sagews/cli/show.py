"""`sagews status` and `sagews logs`: what the daemon tells, as lines that can't play with the terminal."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from sagews.cli.daemon_client import Daemon

FOLLOW_SECONDS = 1.0
_REMEMBERED = 5000


def safe(value: object) -> str:
    """Return text in which control characters, escape codes and direction marks are written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(value))


def lines_of(value: Any, indent: str = "") -> Iterator[str]:
    """Return nested values as indented lines."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, (Mapping, list)) and inner:
                yield f"{indent}{safe(key)}:"
                yield from lines_of(inner, indent + "  ")
            else:
                yield f"{indent}{safe(key)}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            first, *rest = list(lines_of(inner, indent + "  ")) or [indent]
            yield f"{indent}- {first.strip()}"
            yield from rest
    else:
        yield f"{indent}{_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None or value in ({}, []) else safe(value)


async def status(daemon: Daemon, out: TextIO, *, as_json: bool) -> int:
    """Show the state of the installation."""
    found = await daemon.call("GET", "/api/status")
    if as_json:
        out.write(json.dumps(found, indent=2) + "\n")
    else:
        out.writelines(line + "\n" for line in lines_of(found))
    return 0


def log_line(record: Mapping[str, Any]) -> str:
    """Return one log record as one line: time, level, component, message, correlation id."""
    line = f"{record['time']} {record['level']:8} {record['component']:10} {record['message']}"
    return safe(line + (f"  [{record['correlation']}]" if record.get("correlation") else ""))


async def logs(
    daemon: Daemon,
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
