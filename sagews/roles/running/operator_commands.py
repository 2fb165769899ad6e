"""What operators ask a running daemon for on its console, in a word each; each answers with text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId
from sagews.model.logs import LogQuery
from sagews.model.sessions import MEBIBYTE
from sagews.ops.manhole.console import OperatorCommand
from sagews.roles.backend import BackendComponent
from sagews.roles.component import DaemonContext
from sagews.roles.database import Databases
from sagews.roles.records import Records
from sagews.roles.running.control import ControlSocket
from sagews.roles.worker import Worker
from sagews.wire.control import AskReload, AskStatus

MOST_RECORDS = 200


class OperatorCommands:
    """The commands of one daemon.

    Args:
        daemon: its components.
    """

    def __init__(self, daemon: DaemonContext) -> None:
        self._daemon = daemon

    def table(self) -> Mapping[str, OperatorCommand]:
        """Return the commands by their words."""
        return {
            "help": self.help,
            "status": self.status,
            "sessions": self.sessions,
            "top": self.top,
            "why": self.why,
            "trace": self.trace,
            "loglevel": self.loglevel,
            "reload": self.reload,
        }

    async def help(self, words: Sequence[str]) -> str:
        """Say what there is."""
        lines = [f"{name:<10} {str(command.__doc__).partition('.')[0]}" for name, command in self.table().items()]
        return "\n".join(lines)

    async def status(self, words: Sequence[str]) -> str:
        """Show the state of this process, as JSON."""
        control = self._daemon.require(ControlSocket)
        return json.dumps(await control.answer(AskStatus()), indent=1, default=str)

    async def sessions(self, words: Sequence[str]) -> str:
        """List the sessions of this backend."""
        keys = ("id", "user", "workspace_name", "path", "state", "queue")
        return _lines(keys, ([each[key] for key in keys] for each in self._sessions()))

    async def top(self, words: Sequence[str]) -> str:
        """List the sessions of this worker, those that use most memory first."""
        worker = self._daemon.find(Worker)
        if worker is None or worker.host is None:
            raise SagewsError("bad-value", field="command", reason="this daemon plays no worker")
        used = await worker.host.usages()
        owners = {each["id"]: each for each in self._sessions()}
        rows = []
        for session, usage in sorted(used.items(), key=lambda item: item[1].memory, reverse=True):
            about = owners.get(session, {})
            rows.append(
                [
                    session,
                    about.get("user", ""),
                    about.get("state", ""),
                    f"{usage.memory / MEBIBYTE:.0f}",
                    f"{usage.cpu_seconds:.1f}",
                ]
            )
        return _lines(("id", "user", "state", "MiB", "CPU s"), rows)

    async def why(self, words: Sequence[str]) -> str:
        """Tell all about one session: what it is, and the last records that name it."""
        session = SessionId(_one(words, "a session's id"))
        about = [json.dumps(each, indent=1) for each in self._sessions() if each["id"] == session]
        told = await self._records(LogQuery(text=session, limit=MOST_RECORDS))
        return "\n".join([*(about or ["It does not live here."]), told])

    async def trace(self, words: Sequence[str]) -> str:
        """Tell the story of one click: the records of all daemons with its correlation id, the oldest first."""
        return await self._records(LogQuery(correlation=_one(words, "a correlation id"), limit=MOST_RECORDS))

    async def loglevel(self, words: Sequence[str]) -> str:
        """Log events of this level and worse from now on, until the settings are read again."""
        level = _one(words, "debug, info, warn or error")
        self._daemon.require(Records).set_level(level)
        return f"events of level {level} and worse are logged"

    async def reload(self, words: Sequence[str]) -> str:
        """Read the settings again."""
        reloaded = await self._daemon.require(ControlSocket).answer(AskReload())
        changed = list(reloaded["changed"]) or ["nothing that can change while the daemon runs differs"]
        return "\n".join([*changed, *(f"a restart is needed for {key}" for key in reloaded["restart"])])

    def _sessions(self) -> list[dict[str, Any]]:
        backend = self._daemon.find(BackendComponent)
        return [] if backend is None else backend.backend.sessions()

    async def _records(self, query: LogQuery) -> str:
        if not self._daemon.plays("frontend"):
            raise SagewsError("bad-value", field="command", reason="only a daemon that plays a frontend reads the log")
        found = await self._daemon.require(Databases).log_store().query(query)
        keys = ("time", "component", "level", "message")
        first = found[-1].time if found else None
        rows = []
        for record in reversed(found):
            since = (record.time - first).total_seconds() if first is not None else 0.0
            told = f"{record.time:%H:%M:%S.%f}"[:-3] + f" +{1000 * since:.0f} ms"
            rows.append([told, record.component, record.level, record.message])
        return _lines(keys, rows) if rows else "No records: they come to the log some seconds after what they tell of."


def _one(words: Sequence[str], what: str) -> str:
    if len(words) != 1:
        raise SagewsError("bad-value", field="command", reason=f"give {what}")
    return words[0]


def _lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; what people chose can't move the cursor of a terminal."""
    cells = [list(head), *([_printable(str(each)) for each in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    padded = ([f"{each:<{width}}" for each, width in zip(row, widths, strict=True)] for row in cells)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
