"""One person who types another number and runs, again and again, and comes back whenever the connection is lost.

A ledger keeps what was acknowledged, and is held against the document at each return.
"""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Map, Text
from twisted.internet.task import deferLater

from tests.soak.connection import Connection, LostError, Site

RETRY_SECONDS = 0.2
PAUSE_SECONDS = 0.01
FINAL = ("done", "error", "interrupted", "cancelled", "lost")


def new_run() -> str:
    """Return a UUID of version 7."""
    return str(uuid.UUID(int=int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62 | uuid.uuid4().int & (2**62 - 1)))


class Writer:
    """A worksheet with one cell, `1+` and a number that grows.

    Args:
        site: signed in.
        problem: told what should never be.
    """

    def __init__(self, site: Site, problem: Callable[[str], None]) -> None:
        self._site = site
        self._problem = problem
        self._doc: Doc[Any] = Doc()
        self._cell = ""
        self._edits = 0
        self._by_edit: dict[int, int] = {}
        self._by_hash: dict[str, int] = {}
        self.workspace = ""
        self.document = ""
        self.number = 0
        self.saved = 0
        self.done = 0
        self.returns = 0
        self.stopping = False
        self.last_loss = ""

    async def make(self) -> None:
        """Make the workspace."""
        made = await self._site.post("/api/workspaces", {"name": "soak"})
        self.workspace, self.document = made["workspace"]["id"], made["document"]["id"]

    async def live(self) -> None:
        """Write and run until told to stop."""
        while not self.stopping:
            connection = None
            try:
                connection = await self._site.connect(self.workspace)
                await self._open(connection)
                self.returns += 1
                while not self.stopping:
                    await self._edit(connection)
                    await self._run(connection)
                    await deferLater(self._site.reactor, PAUSE_SECONDS)
            except LostError as error:
                self.last_loss = str(error)
                await deferLater(self._site.reactor, RETRY_SECONDS)
            finally:
                if connection is not None:
                    connection.leave()

    # ------------------------------------------------------------------------------------- what is there

    async def _open(self, connection: Connection) -> None:
        """Take the server's document as it is, and look for everything that was acknowledged."""
        connection.say("open", document=self.document, vector="")
        opened = await connection.hear("opened")
        self._doc = Doc()
        self._doc.apply_update(base64.b64decode(opened["update"]))
        cells = self._doc.get("cells", type=Map)
        self._cell = next(name for name in cells if cells[name]["type"] == "code")
        text = str(self._text)
        found = int(text[2:]) if text.startswith("1+") else 0
        if found < self.saved:
            self._problem(f"{self.document}: {self.saved} was saved, but the document holds {text!r}")
        self.number = max(self.number, found)
        for cell in opened["cells"] or []:
            self._check_output(cell)

    def _check_output(self, cell: dict[str, Any]) -> None:
        """A run that ended well has the value of the source that it names."""
        number = self._by_hash.get(cell["run"]["hash"])
        if cell["run"]["state"] == "done" and number is not None and str(1 + number) not in str(cell["pieces"]):
            self._problem(f"{self.document}: the run of 1+{number} is done, but shows {cell['pieces']}")

    # ------------------------------------------------------------------------------------- what is done

    @property
    def _text(self) -> Text:
        text: Text = self._doc.get("cells", type=Map)[self._cell]["source"]
        return text

    async def _edit(self, connection: Connection) -> None:
        """Type the next number; what is `saved` meanwhile goes into the ledger."""
        before, text = self._doc.get_state(), self._text
        self.number += 1
        with self._doc.transaction():
            if len(text) < 2:
                text += f"1+{self.number}"
            else:
                del text[2 : len(text)]
                text.insert(2, str(self.number))
        self._edits += 1
        self._by_edit[self._edits] = self.number
        self._by_hash[self._hash()] = self.number
        update = base64.b64encode(self._doc.get_update(before)).decode()
        connection.say("edit", document=self.document, edit=self._edits, update=update)

    def _hash(self) -> str:
        return hashlib.sha256(str(self._text).encode()).hexdigest()

    async def _run(self, connection: Connection) -> None:
        run = new_run()
        cells = [{"cell": self._cell, "run": run, "hash": self._hash()}]
        connection.say("run", document=self.document, cells=cells)
        pieces = []
        while True:
            message = await connection.hear("output", "run_state", "changed", "saved")
            if message["type"] == "saved":
                self.saved = max(self.saved, self._by_edit[message["edit"]])
            elif message["type"] == "changed":
                self._problem(f"{self.document}: the server's text is not {self._text}")
                raise LostError("changed")
            elif message["run"] == run and message["type"] == "output":
                pieces.append(message["piece"])
            elif message["run"] == run and message["state"] in FINAL:
                break
        if message["state"] != "done":
            raise LostError(f"a run ended as {message['state']}")
        if str(1 + self.number) not in str(pieces):
            self._problem(f"{self.document}: 1+{self.number} gave {pieces}")
        self.done += 1
