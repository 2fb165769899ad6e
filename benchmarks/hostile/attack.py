"""An account that means harm: its worksheets, and the list of what it may try."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from pycrdt import Doc, Map, Text

from benchmarks.servers.client import Connection, connect
from benchmarks.servers.workspaces import OVER, Site, Worksheet, new_id

Pattern = Callable[["Attack"], Coroutine[Any, Any, None]]
PATTERNS: dict[str, Pattern] = {}
FAILED_SECONDS = 0.05


def pattern(name: str) -> Callable[[Pattern], Pattern]:
    """Register a pattern under the name that stands in the table."""

    def register(function: Pattern) -> Pattern:
        PATTERNS[name] = function
        return function

    return register


class Sheet(Worksheet):
    """A worksheet whose refusals are counted instead of raised: most of what a pattern asks for is refused."""

    workspace = ""

    def __init__(self, site: Site, connection: Connection, document: str) -> None:
        super().__init__(site, connection, document)
        self.refused: Counter[str] = Counter()

    async def receive(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these types, or the next refusal."""
        while True:
            message: dict[str, Any] = await self.connection.receive()
            kind = message["type"]
            if kind == "saved":
                self.saved = message["edit"]
            elif kind == "error":
                self.refused[message["code"]] += 1
                if "error" in kinds:
                    return message
            if kind in kinds:
                return message

    async def settle(self) -> None:
        """Wait until every edit is saved or refused."""
        while self.saved < self.edits:
            message = await self.receive("saved", "error")
            if message["type"] == "error" and message.get("edit") is not None:
                self.saved = max(self.saved, message["edit"])

    def change(self, update: bytes) -> None:
        """Send an update, whatever it is."""
        self._edit(base64.b64encode(update).decode(), self.hash)

    async def until_over(self, run: str) -> tuple[str, list[dict[str, Any]]]:
        """Return the final state of a run; what it printed is dropped."""
        while True:
            message = await self.receive("run_state", "changed", "error")
            if message["type"] != "run_state":
                return "refused", []
            if message["run"] == run and message["state"] in OVER:
                return message["state"], []

    async def evaluate_as(self, source: Callable[[str], str]) -> str:
        """Run a source that may hold its run's own id; returns how it ended."""
        run = new_id()
        await self.write(source(run))
        self.run_again(run)
        return (await self.until_over(run))[0]

    def run_again(self, run: str) -> None:
        """Ask for a run of the cell as it is, under an id."""
        self.send("run", document=self.document, cells=[{"cell": self.cell, "run": run, "hash": self.hash}])

    def ignore(self) -> None:
        """Drop all that comes, unread by the program, from now on."""
        self.connection.ignore()


class Attack:
    """What a pattern gets.

    Attributes:
        site: signed in as the hostile account.
        started: set once the preparations are over.
        refused: refusals by code.
        done: what a pattern counted, by name.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.started = asyncio.Event()
        self.refused: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self._sheets: list[Sheet] = []

    def begin(self) -> None:
        """Say that the preparations are over."""
        self.started.set()

    async def open(self, workspace: str, document: str) -> Sheet:
        """Open a worksheet over a websocket of its own."""
        ticket = await self.site.post("/api/ticket", {"workspace": workspace})
        sheet = Sheet(self.site, await connect(ticket["url"], {"Origin": self.site.base}), document)
        sheet.workspace, sheet.refused = workspace, self.refused
        await sheet.greet(ticket["ticket"])
        await sheet.open()
        self._sheets.append(sheet)
        return sheet

    async def sheet(self, source: str = "1+1") -> Sheet:
        """Make a worksheet in a workspace of its own and write its cell."""
        sheet = await self.open(*await self.site.document())
        await sheet.write(source)
        return sheet

    async def sheets(self, count: int, source: str = "1+1") -> list[Sheet]:
        """Make several."""
        return [await self.sheet(source) for _ in range(count)]

    async def sessions(self, count: int) -> list[Sheet]:
        """Make several whose sessions run."""
        sheets = await self.sheets(count)
        for sheet in sheets:
            await sheet.until_over(sheet.start())
        return sheets

    async def each(self, sheets: list[Sheet], work: Callable[[Sheet], Awaitable[Any]]) -> None:
        """Do something with each again and again; a connection that was closed for it is opened anew."""
        await asyncio.gather(*(self._again(sheet, work) for sheet in sheets))

    async def _again(self, sheet: Sheet, work: Callable[[Sheet], Awaitable[Any]]) -> None:
        while True:
            try:
                await work(sheet)
                self.done["rounds"] += 1
            except (RuntimeError, OSError, TimeoutError):
                self.done["failed"] += 1
                await asyncio.sleep(FAILED_SECONDS)
                if sheet.connection.closed:
                    sheet = await self.reopened(sheet)
            await asyncio.sleep(0)

    async def reopened(self, sheet: Sheet) -> Sheet:
        """Come back after the server closed the connection."""
        self._sheets.remove(sheet)
        while True:
            try:
                return await self.open(sheet.workspace, sheet.document)
            except (RuntimeError, OSError, TimeoutError):
                self.done["failed"] += 1
                await asyncio.sleep(FAILED_SECONDS)

    async def leave(self) -> None:
        """Close all connections; whoever runs patterns ends the account, and its sessions with it."""
        for sheet in self._sheets:
            await sheet.close()


class Author:
    """A copy of a worksheet that is written to without asking anybody, to make updates.

    Args:
        client: names its edits; random if None.
    """

    def __init__(self, client: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=client) if client else Doc()
        self.doc["cells"], self.doc["meta"] = Map(), Map()
        self._told = self.doc.get_state()

    @property
    def cells(self) -> Any:
        """The cells."""
        return self.doc["cells"]

    def add(self, key: str, source: str = "", **more: Any) -> None:
        """Add a cell."""
        self.cells[key] = Map({"type": "code", "pos": "a0", "depth": 0, "source": Text(source), **more})

    def text(self, key: str) -> Text:
        """Return a cell's text."""
        text: Text = self.cells[key]["source"]
        return text

    def update(self) -> bytes:
        """Return what changed since the last time."""
        told, self._told = self._told, self.doc.get_state()
        update: bytes = self.doc.get_update(told)
        return update
