"""Runs the floor server and speaks its protocol."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.servers.client import Connection, connect


class FloorSession:
    """One websocket to the floor, with its session. The cell is `1+1` until it is edited."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.runs = 0
        self.edits = 0
        self.digits = 1
        self.expected = "2"

    async def evaluate(self) -> None:
        """Run the cell and check the result."""
        self.runs += 1
        self.connection.send({"type": "run", "run": self.runs})
        while (message := await self.connection.receive())["type"] == "saved":
            pass
        if message["run"] != self.runs or message["text"] != self.expected:
            raise RuntimeError(f"the floor gave {message} instead of {self.expected}")

    async def edit_and_run(self) -> None:
        """Type another number, then run."""
        self.edits += 1
        number = str(self.edits % 10_000)
        edit = {"type": "edit", "edit": self.edits, "at": 2, "delete": self.digits, "insert": number}
        self.digits, self.expected = len(number), str(1 + int(number))
        self.connection.send(edit)
        await self.evaluate()

    async def edit_save_run(self) -> None:
        """Its edits are answered at once."""
        await self.edit_and_run()

    async def restart(self) -> None:
        """Ask for a fresh session and evaluate in it."""
        self.connection.send({"type": "restart"})
        await self.evaluate()

    async def settle(self) -> None:
        """Nothing is left to wait for: edits are answered before runs."""

    async def close(self) -> None:
        """Leave; the session ends with it."""
        await self.connection.close()


class Floor:
    """The running floor server."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.pid = process.pid
        self.url = f"ws://127.0.0.1:{port}/"

    async def session(self) -> FloorSession:
        """Connect, which starts a session."""
        return FloorSession(await connect(self.url))

    async def idle(self) -> Connection:
        """Connect without a session."""
        return await connect(f"{self.url}idle")


@asynccontextmanager
async def floor(*, libraries: bool = True) -> AsyncIterator[Floor]:
    """Run the floor server, with numpy, sympy and matplotlib loaded or without them."""
    option = [] if libraries else ["--bare"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.servers.floor_server", *option, stdout=PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 60))
        yield Floor(process, port)
    finally:
        process.terminate()
        await process.wait()
