"""What the scripted backend says of files of other programs: it reads and writes them as the real one does."""

from __future__ import annotations

import base64
from typing import Any

from sagews.errors import SagewsError
from sagews.model.formats.sheet import SheetBuilder
from sagews.model.formats.table import WRITERS, read, stem_and_suffix
from tests.client.rich import DOT, LONG

FILE = "01940000-0000-7000-8000-00000000000f"
DOCUMENT = "01940000-0000-7000-8000-000000000001"
PART = 100_000
# What lies in the home of the workspace.
HOME = {
    ".sagews/output/1.txt": LONG,
    "data/primes.csv": b"n,p\n1,2\n2,3\n" * 60_000,
    "dot.png": DOT,
}


class TransferAnswers:
    """The part of a connection that takes and gives files."""

    room: Any
    held = b""
    name = ""

    def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        raise NotImplementedError

    def _refuse(self, message: dict[str, Any], error: SagewsError) -> None:
        told = {"code": error.code, "parameters": {}, "message": str(error), "about": message["type"]}
        self.say({"type": "error", "request": message["request"], **told})

    def do_upload(self, message: dict[str, Any]) -> None:
        """Take a part; the last one waits while commits are stalled."""
        self.held = (self.held if message["offset"] else b"") + base64.b64decode(message["data"])
        self.name = message["name"]
        try:
            stem_and_suffix(self.name)
        except SagewsError as error:
            self._refuse(message, error)
            return
        said = {"type": "uploaded", "request": message["request"], "have": len(self.held)}
        self.room.commit(self, said) if len(self.held) == message["size"] else self.say(said)

    def do_import(self, message: dict[str, Any]) -> None:
        """Read the file."""
        try:
            sheet = read(self.name, self.held)
        except SagewsError as error:
            self._refuse(message, error)
            return
        path = stem_and_suffix(self.name)[0] + ".sage.md"
        entry = {"id": DOCUMENT, "path": path, "title": sheet.title, "edited": "2026-01-02T03:04:05.000Z"}
        answer = {"type": "imported", "request": message["request"], "document": entry}
        self.say({**answer, "left_out": dict(sheet.left_out)})

    def do_export(self, message: dict[str, Any]) -> None:
        """Write a file of the code in the document."""
        builder = SheetBuilder()
        for cell in self.room.doc["cells"].to_py().values():
            builder.add_code(str(cell["source"]))
        writer = WRITERS[message["format"]]
        self.held = writer.write(builder.sheet("A curve of rank one"))
        told = {"file": FILE, "name": f"rank-one{writer.suffix}", "size": len(self.held), "left_out": 3}
        self.say({"type": "exported", "request": message["request"], **told})

    def do_read_file(self, message: dict[str, Any]) -> None:
        """Give a part of a file of the home."""
        data = HOME.get(message["path"])
        if data is None:
            self._refuse(message, SagewsError("not-found"))
            return
        part = data[message["offset"] : message["offset"] + message["length"]]
        said = {"size": len(data), "data": base64.b64encode(part).decode()}
        self.say({"type": "file_part", "request": message["request"], **said})

    def do_download(self, message: dict[str, Any]) -> None:
        """Give a part; it waits while commits are stalled."""
        part = base64.b64encode(self.held[message["offset"] : message["offset"] + PART]).decode()
        self.room.commit(self, {"type": "downloaded", "request": message["request"], "data": part})
