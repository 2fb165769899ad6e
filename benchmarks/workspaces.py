"""Sage Workspaces itself: a whole daemon in a folder of its own, and a client that speaks its public protocols."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from pycrdt import Doc, Map, Text

from benchmarks.jupyter import free_port

READY_SECONDS = 120
OVER = ("done", "error", "interrupted", "cancelled", "lost")


def new_id() -> str:
    """Return an id of the form that the protocol asks for."""
    return str(uuid.UUID(int=int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int & (2**62 - 1)))


class Worksheet:
    """One open document with one cell, on a websocket of its own."""

    def __init__(self, site: Site, websocket: aiohttp.ClientWebSocketResponse, document: str) -> None:
        self.site = site
        self.websocket = websocket
        self.document = document
        self.doc: Doc[Any] = Doc()
        self.edits = 0
        self.cell = ""
        self.hash = ""

    async def send(self, kind: str, **fields: Any) -> None:
        """Send one message."""
        await self.websocket.send_str(json.dumps({"type": kind, **fields}))

    async def receive(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these types."""
        while True:
            received = await self.websocket.receive(timeout=120)
            if received.type is not aiohttp.WSMsgType.TEXT:
                raise RuntimeError(f"the daemon closed the websocket: {received.type} {received.data}")
            message: dict[str, Any] = json.loads(received.data)
            if message["type"] == "error":
                raise RuntimeError(f"refused: {message}")
            if message["type"] in kinds:
                return message

    async def greet(self, ticket: str) -> None:
        """Say hello and open the document."""
        await self.send("hello", protocol=1, client="bench", ticket=ticket)
        await self.receive("welcome")
        await self.send("open", document=self.document, vector="")
        opened = await self.receive("opened")
        self.doc.apply_update(base64.b64decode(opened["update"]))
        cells = self.doc.get("cells", type=Map)
        self.cell = next(name for name in cells if cells[name]["type"] == "code")
        self.hash = hashlib.sha256(str(cells[self.cell]["source"]).encode()).hexdigest()

    async def write(self, source: str) -> None:
        """Replace the cell's source and wait until that is saved."""
        before = self.doc.get_state()
        text: Text = self.doc.get("cells", type=Map)[self.cell]["source"]
        with self.doc.transaction():
            text.clear()
            text += source
        self.edits += 1
        update = base64.b64encode(self.doc.get_update(before)).decode()
        await self.send("edit", document=self.document, edit=self.edits, update=update)
        await self.receive("saved")
        self.hash = hashlib.sha256(source.encode()).hexdigest()

    async def start(self) -> str:
        """Ask for a run of the cell and return the run's id."""
        run = new_id()
        await self.send(
            "run", document=self.document, cells=[{"cell": self.cell, "run": run, "hash": self.hash}], vector=""
        )
        return run

    async def until_over(self, run: str) -> tuple[str, list[dict[str, Any]]]:
        """Return the final state of a run and its pieces."""
        pieces = []
        while True:
            message = await self.receive("output", "run_state", "changed")
            if message["type"] == "changed":
                raise RuntimeError("the server's text is another")
            if message["run"] != run:
                continue
            if message["type"] == "output":
                pieces.append(message["piece"])
            elif message["state"] in OVER:
                return message["state"], pieces

    async def result(self) -> list[dict[str, Any]]:
        """Run the cell and return its pieces."""
        return (await self.until_over(await self.start()))[1]

    async def close(self) -> None:
        """Close the websocket."""
        await self.websocket.close()


class Site:
    """A running daemon and somebody signed in."""

    def __init__(self, process: subprocess.Popen[bytes], base: str, http: aiohttp.ClientSession) -> None:
        self.process = process
        self.base = base
        self.http = http
        self.headers: dict[str, str] = {"Origin": base}
        self.workspace = ""

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST to the API."""
        async with self.http.post(self.base + path, json=body, headers=self.headers) as response:
            if not response.ok:
                raise RuntimeError(f"{path}: {response.status} {await response.text()}")
            return await response.json()

    async def sign_in(self, token: str) -> None:
        """Become the first administrator and make a workspace."""
        answer = await self.post("/api/first", {"token": token})
        self.headers["X-Sagews-Secret"] = answer["secret"]
        self.workspace = (await self.post("/api/workspaces", {"name": "bench"}))["workspace"]["id"]

    async def document(self) -> str:
        """Make a worksheet in a workspace of its own and return its id."""
        made = await self.post("/api/workspaces", {"name": "bench"})
        self.workspace = made["workspace"]["id"]
        return str(made["document"]["id"])

    async def open(self, workspace: str, document: str) -> Worksheet:
        """Get a ticket, connect, greet and open."""
        ticket = await self.post("/api/ticket", {"workspace": workspace})
        websocket = await self.http.ws_connect(ticket["url"], headers={"Origin": self.base}, max_msg_size=0)
        sheet = Worksheet(self, websocket, document)
        await sheet.greet(ticket["ticket"])
        return sheet

    async def sheet(self, source: str) -> Worksheet:
        """Make a new worksheet, open it and write its cell."""
        document = await self.document()
        sheet = await self.open(self.workspace, document)
        await sheet.write(source)
        return sheet


@asynccontextmanager
async def daemon(environment: str, flavours: dict[str, str]) -> AsyncIterator[Site]:
    """Run a whole daemon.

    Args:
        environment: the virtual environment that it is installed in.
        flavours: flavour → session environment.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        port = free_port()
        settings = Path(folder) / "sagews.toml"
        lines = [f"[site]\nport = {port}\nuntrusted_port = {free_port()}\n[link]\nport = {free_port()}\n"]
        lines.append(f"collector_port = {free_port()}\n[sessions]\nenvironments = {_inline(flavours)}\n")
        settings.write_text("".join(lines), encoding="utf-8")
        variables = {**os.environ, "SAGEWS_DATA": f"{folder}/data"}
        variables.pop("SAGEWS_PORT", None)
        command = [f"{environment}/bin/twistd", "-n", "sagews", "--config", str(settings)]
        with open(Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(
                command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        try:
            token = await _first_token(process, Path(folder) / "data" / "run" / "first-link", Path(folder) / "log")
            # The jar's default keeps no cookies of addresses.
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
                site = Site(process, f"http://127.0.0.1:{port}", http)
                await site.sign_in(token)
                yield site
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _inline(table: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in table.items()) + " }"


async def _first_token(process: subprocess.Popen[bytes], link: Path, log: Path) -> str:
    for _ in range(READY_SECONDS * 20):
        if link.exists() and "#first=" in (text := link.read_text(encoding="ascii")):
            return text.strip().split("#first=")[1]
        if process.poll() is not None:
            break
        await asyncio.sleep(0.05)
    raise RuntimeError("the daemon did not become ready:\n" + log.read_text(encoding="utf-8", errors="replace")[-3000:])
