"""Cells by way of a page's websocket: one worksheet, a fresh session for each docstring, a cell for each example."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from pycrdt import Doc, Map, Text

from tests.foreign.outputs import PREAMBLE, shown
from tests.soak.connection import Connection, LostError, Site
from tests.soak.writer import FINAL, new_run

SECONDS = 60.0


class Page:
    """A page that shows one worksheet with one cell, whose text is another example each time.

    Args:
        site: signed in.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._doc: Doc[Any] = Doc()
        self._cell = self._workspace = self._document = ""
        self._edits = 0
        self._connection: Connection | None = None

    async def make(self) -> None:
        """Make the workspace."""
        made = await self._site.post("/api/workspaces", {"name": "foreign"})
        self._workspace, self._document = made["workspace"]["id"], made["document"]["id"]

    async def run(self, docstring: dict[str, Any]) -> None:
        """Run every example of a docstring in a session that has run nothing; what it showed becomes its `got`."""
        connection = await self._connected()
        connection.say("restart", document=self._document)
        docstring["preamble"] = {"source": PREAMBLE}
        for example in [docstring["preamble"], *docstring["examples"]]:
            try:
                pieces = await self._cell_run(connection, example["source"].rstrip("\n"))
            except LostError as error:
                example["lost"] = str(error)
                connection.leave()
                self._connection = None
                return
            example.update(shown(pieces))

    async def _connected(self) -> Connection:
        if self._connection is None:
            connection = self._connection = await self._site.connect(self._workspace)
            connection.patience = SECONDS
            connection.say("open", document=self._document, vector="")
            opened = await connection.hear("opened")
            self._doc = Doc()
            self._doc.apply_update(base64.b64decode(opened["update"]))
            cells = self._doc.get("cells", type=Map)
            self._cell = next(name for name in cells if cells[name]["type"] == "code")
        return self._connection

    async def _cell_run(self, connection: Connection, source: str) -> list[tuple[str, dict[str, Any]]]:
        """Write a text into the cell, run it, and return its pieces of output."""
        before, text = self._doc.get_state(), self._text
        with self._doc.transaction():
            del text[0 : len(text)]
            text += source
        self._edits += 1
        update = base64.b64encode(self._doc.get_update(before)).decode()
        connection.say("edit", document=self._document, edit=self._edits, update=update)
        run, digest = new_run(), hashlib.sha256(source.encode()).hexdigest()
        cells = [{"cell": self._cell, "run": run, "hash": digest}]
        connection.say("run", document=self._document, cells=cells)
        pieces: list[tuple[str, dict[str, Any]]] = []
        while True:
            message = await connection.hear("output", "run_state", "changed")
            if message["type"] == "changed":
                raise LostError("the server holds another text")
            if message["run"] != run:
                continue
            if message["type"] == "output":
                pieces.append((message["piece"]["kind"], message["piece"]["body"]))
            elif message["state"] == "lost":
                raise LostError("the session ended")
            elif message["state"] in FINAL:
                return pieces

    @property
    def _text(self) -> Text:
        text: Text = self._doc.get("cells", type=Map)[self._cell]["source"]
        return text
