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
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from pycrdt import Doc, Map, Text

from benchmarks.measure import free_port
from benchmarks.servers.client import Connection, connect

READY_SECONDS = 120
# docs/protocol-browser.md; written here, because a measured server must not be built to be measured.
PROTOCOL = 2
OVER = ("done", "error", "interrupted", "cancelled", "lost")


def new_id() -> str:
    """Return an id of the form that the protocol asks for."""
    return str(uuid.UUID(int=int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int & (2**62 - 1)))


def digest(source: str) -> str:
    """Return the hash of a source as a page sends it with a run."""
    return hashlib.sha256(source.encode()).hexdigest()


class Worksheet:
    """One open document with one cell, on a websocket of its own."""

    def __init__(self, site: Site, connection: Connection, document: str) -> None:
        self.site = site
        self.connection = connection
        self.document = document
        self.doc: Doc[Any] = Doc()
        self.edits = 0
        self.saved = 0
        self.cell = ""
        self.hash = ""
        self.expected = "2"
        # What was last said of it, for the reason of a failure.
        self.session: dict[str, Any] = {}
        self.reason: str | None = None
        self._prepared: deque[tuple[str, str, str]] = deque()
        self._number = 1

    def send(self, kind: str, **fields: Any) -> None:
        """Send one message."""
        self.connection.send({"type": kind, **fields})

    async def receive(self, *kinds: str) -> dict[str, Any]:
        """Return the next message of one of these types."""
        while True:
            message: dict[str, Any] = await self.connection.receive()
            kind = message["type"]
            if kind == "error":
                raise RuntimeError(f"refused: {message}")
            if kind == "saved":
                self.saved = message["edit"]
            elif kind == "session":
                self.session = message
            if kind in kinds:
                return message

    async def greet(self, ticket: str) -> None:
        """Say hello."""
        self.send("hello", protocol=PROTOCOL, client="bench", ticket=ticket)
        await self.receive("welcome")

    async def open(self) -> None:
        """Open the document and find its cell."""
        self.send("open", document=self.document, vector="")
        opened = await self.receive("opened")
        self.doc.apply_update(base64.b64decode(opened["update"]))
        cells = self.doc.get("cells", type=Map)
        self.cell = next(name for name in cells if cells[name]["type"] == "code")
        self.hash = digest(str(cells[self.cell]["source"]))

    def type(self, source: str) -> None:
        """Replace the cell's source, without waiting until that is saved."""
        before = self.doc.get_state()
        text = self._text
        with self.doc.transaction():
            text.clear()
            text += source
        self._edit(base64.b64encode(self.doc.get_update(before)).decode(), digest(source))

    async def write(self, source: str) -> None:
        """Replace the cell's source and wait until that is saved."""
        self.type(source)
        await self.settle()

    @property
    def _text(self) -> Text:
        text: Text = self.doc.get("cells", type=Map)[self.cell]["source"]
        return text

    def _edit(self, update: str, digest: str) -> None:
        self.edits += 1
        self.send("edit", document=self.document, edit=self.edits, update=update)
        self.hash = digest

    async def settle(self) -> None:
        """Wait until every edit is saved."""
        while self.saved < self.edits:
            await self.receive("saved")

    def prepare(self, count: int) -> None:
        """Type other numbers into a cell that holds `1+` and a number, and keep the updates for `edit_and_run`.

        Making an update is the page's work and not what is measured, so it is done before the clock runs.
        """
        text = self._text
        for _ in range(count):
            before, digits = self.doc.get_state(), len(str(self._number))
            self._number = self._number % 9_999 + 1
            with self.doc.transaction():
                del text[2 : 2 + digits]
                text.insert(2, str(self._number))
            update = base64.b64encode(self.doc.get_update(before)).decode()
            self._prepared.append((update, digest(f"1+{self._number}"), str(1 + self._number)))

    def _next_edit(self) -> None:
        if not self._prepared:
            self.prepare(1)
        update, wanted, self.expected = self._prepared.popleft()
        self._edit(update, wanted)

    async def edit_and_run(self) -> None:
        """Send a changed source and run it at once, as Shift-Enter does; `settle` waits for the last `saved`."""
        self._next_edit()
        await self.evaluate()

    async def edit_save_run(self) -> None:
        """Send a changed source, wait until it is saved, then run it."""
        self._next_edit()
        await self.settle()
        await self.evaluate()

    async def evaluate(self) -> None:
        """Run the cell and check what came."""
        state, pieces = await self.until_over(self.start())
        if self.expected not in str(pieces):
            said = f"{pieces} instead of {self.expected}"
            raise RuntimeError(f"{said}, and ended as {state} because of {self.reason}: {self.session}")

    def start(self) -> str:
        """Ask for a run of the cell and return the run's id."""
        run = new_id()
        self.send("run", document=self.document, cells=[{"cell": self.cell, "run": run, "hash": self.hash}])
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
                self.reason = message.get("reason")
                return message["state"], pieces

    async def result(self) -> list[dict[str, Any]]:
        """Run the cell and return its pieces."""
        return (await self.until_over(self.start()))[1]

    async def use(self, source: str) -> None:
        """Evaluate something else."""
        await self.write(source)
        await self.result()

    async def restart(self) -> None:
        """Ask for a fresh session and evaluate in it."""
        self.send("restart", document=self.document)
        await self.evaluate()

    async def stop(self) -> None:
        """End the session, then the websocket."""
        self.send("stop", document=self.document)
        await self.receive("session")
        await self.close()

    async def close(self) -> None:
        """Close the websocket; the session lives on."""
        await self.connection.close()


class Site:
    """A running daemon and somebody signed in."""

    def __init__(self, pid: int, base: str, http: aiohttp.ClientSession) -> None:
        self.pid = pid
        self.base = base
        self.http = http
        self.headers: dict[str, str] = {"Origin": base}

    async def get(self, path: str) -> Any:
        """GET from the API."""
        async with self.http.get(self.base + path, headers=self.headers) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST to the API."""
        async with self.http.post(self.base + path, json=body, headers=self.headers) as response:
            if not response.ok:
                raise RuntimeError(f"{path}: {response.status} {await response.text()}")
            return await response.json()

    async def patch(self, path: str, body: dict[str, Any]) -> None:
        """PATCH in the API."""
        async with self.http.patch(self.base + path, json=body, headers=self.headers) as response:
            response.raise_for_status()

    async def sign_in(self, token: str) -> None:
        """Become the first administrator."""
        answer = await self.post("/api/first", {"token": token})
        self.headers["X-Sagews-Secret"] = answer["secret"]

    async def sign_in_as(self, email: str, password: str) -> None:
        """Become somebody whom an administrator has made."""
        answer = await self.post("/api/signin", {"email": email, "password": password})
        self.headers["X-Sagews-Secret"] = answer["secret"]

    async def document(self) -> tuple[str, str]:
        """Make a worksheet in a workspace of its own and return the ids of both, the workspace's first."""
        made = await self.post("/api/workspaces", {"name": "bench"})
        return str(made["workspace"]["id"]), str(made["document"]["id"])

    async def connect(self, workspace: str, document: str = "") -> Worksheet:
        """Get a ticket, connect and greet; the document, if any, is not open yet."""
        ticket = await self.post("/api/ticket", {"workspace": workspace})
        sheet = Worksheet(self, await connect(ticket["url"], {"Origin": self.base}), document)
        await sheet.greet(ticket["ticket"])
        return sheet

    async def open(self, workspace: str, document: str) -> Worksheet:
        """Get a ticket, connect, greet and open."""
        sheet = await self.connect(workspace, document)
        await sheet.open()
        return sheet

    async def sheet(self, source: str = "1+1") -> Worksheet:
        """Make a worksheet in a workspace of its own, open it and write its cell."""
        sheet = await self.open(*await self.document())
        await sheet.write(source)
        return sheet

    async def session(self) -> Worksheet:
        """Return a worksheet with `1+1` whose session runs."""
        sheet = await self.sheet()
        await sheet.evaluate()
        return sheet

    async def reactor(self) -> dict[str, Any]:
        """What the daemon says of how long its reactor was held."""
        return dict((await self.get("/api/status")).get("reactor") or {})


@asynccontextmanager
async def daemon(
    environment: str, flavours: dict[str, str], settings: Mapping[str, Mapping[str, int]]
) -> AsyncIterator[Site]:
    """Run a whole daemon.

    Args:
        environment: the virtual environment that it is installed in.
        flavours: flavour → session environment.
        settings: section → keys and numbers, beside what is set here.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        port = free_port()
        config = Path(folder) / "sagews.toml"
        config.write_text(_settings(port, flavours, settings), encoding="utf-8")
        variables = {**os.environ, "SAGEWS_DATA": f"{folder}/data"}
        variables.pop("SAGEWS_PORT", None)
        command = [f"{environment}/bin/twistd", "-n", "sagews", "--config", str(config)]
        with open(Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(
                command, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        try:
            token = await _first_token(process, Path(folder) / "data" / "run" / "first-link", Path(folder) / "log")
            # The jar's default keeps no cookies of addresses.
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
                site = Site(process.pid, f"http://127.0.0.1:{port}", http)
                await site.sign_in(token)
                yield site
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _settings(port: int, flavours: dict[str, str], more: Mapping[str, Mapping[str, int]]) -> str:
    """Return the settings file."""
    sections: dict[str, dict[str, object]] = {
        "site": {"port": port, "untrusted_port": free_port()},
        "link": {"port": free_port(), "collector_port": free_port()},
        "sessions": {"environments": _inline(flavours)},
        # One account does what thousands of people do.
        "administrator_quota": dict.fromkeys(("sessions", "runs", "documents", "sockets", "workspaces"), 1_000_000),
    }
    for name, numbers in more.items():
        sections.setdefault(name, {}).update(numbers)
    lines = []
    for name, keys in sections.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"


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
