"""A site for Chromium tests: the built client under the real policies, a scripted backend, and a door for the test.

`python -m tests.client.server [curve | empty | large]` prints its two ports as one JSON line, and serves until its
input ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from twisted.internet import reactor, stdio
from twisted.internet.protocol import Protocol
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from sagews.frontend.http.static_files import BuiltFiles, load_built
from sagews.policy.http.headers import file_policy, frame_policy, shell_policy
from tests.client.door import Door
from tests.client.live import DOCUMENT, WORKSPACE, Live, Room
from tests.client.script import SHEETS
from tests.client.versions import NOW

USER = {
    "id": "u1",
    "email": "emil@example.org",
    "name": "Emil Novak",
    "privilege": "administrator",
    "has_password": False,
}
OTHERS = (
    {**USER, "id": "u2", "email": "ines@example.org", "name": "Ines Moreau", "privilege": "user"},
    {**USER, "id": "u3", "email": "operator", "name": "Command line", "privilege": "user"},
)
ENTRY = {
    "id": WORKSPACE,
    "name": "Elliptic curves",
    "edited": NOW,
    "created": NOW,
    "versions": 148,
    "session": "ready",
    "role": "owner",
    "people": [{"id": "u1", "name": "Emil Novak"}, {"id": "u2", "name": "Ines Moreau"}],
    "documents": [{"id": DOCUMENT, "path": "rank-one.sage.md", "title": "A curve of rank one", "edited": NOW}],
}
STATUS = {
    "version": "0.1.0",
    "isolation": {
        "level": "full",
        "report": {"namespaces": "mnt,pid", "missing": [], "self_test": {"safe": 25, "seconds": 0.23}},
    },
    "backend": {
        "connections": 1,
        "documents": 1,
        "sessions": 1,
        "workers": [{"id": "local", "level": "full", "flavours": ["sage"], "sessions": 1, "capacity": 100}],
    },
}
SESSION = {
    "id": "0198c0de-0000-7000-8000-00000000005e",
    "user": {"id": USER["id"], "name": USER["name"], "email": USER["email"]},
    "workspace_name": "Elliptic curves", "path": "worksheet.sage.md", "state": "running", "queue": 2,
}  # fmt: skip
QUOTA = {"resource": "sessions", "name": "sessions at once", "used": 1, "allowed": 20, "unit": "", "free": "End one."}
LARGEST = {"id": "w1", "name": "Curves", "outputs": 1 << 20, "history": 2 << 20, "files": 4 << 20}
STORED = {
    "resource": "outputs",
    "name": "stored output",
    "used": 3 << 20,
    "allowed": 512 << 20,
    "unit": "bytes",
    "free": "Clear some.",
}
NEARLY = {"resource": "pages", "name": "pages", "used": 9, "allowed": 10, "unit": "", "free": "Close a page."}
RECORD = {
    "id": "r1",
    "time": NOW,
    "machine": "m",
    "component": "backend",
    "level": "error",
    "namespace": "n",
    "correlation": "c",
    "message": "something <b>failed</b>",
    "fields": {},
}


class Everything(Resource):
    """All addresses of the site."""

    isLeaf = False

    def __init__(self, built: BuiltFiles, room: Room) -> None:
        super().__init__()
        self._built = built
        self._room = room
        self._door = Door(room)
        self.content_port = 0
        self.port = 0
        self.putChild(b"ws", WebSocketResource(Live(room)))

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Everything else is answered here."""
        return _Leaf(self)

    def answer(self, request: Request) -> bytes:
        """Return the page, a file, or what a call answers."""
        path = request.path.decode()
        if path.startswith("/static/"):
            file = self._built.file(path.removeprefix("/static/"))
            request.setHeader("Content-Type", file.content_type)
            request.setHeader("Content-Security-Policy", file_policy(path.removeprefix("/static/")))
            return file.data
        if path.startswith("/api/"):
            request.setHeader("Content-Type", "application/json")
            return json.dumps(self._call(request, f"{request.method.decode()} {path}")).encode()
        if path.startswith("/control/"):
            return self._door.control(path.removeprefix("/control/"))
        site = f"http://127.0.0.1:{self.port}"
        socket, content = f"ws://127.0.0.1:{self.port}/ws", f"http://127.0.0.1:{self.content_port}"
        request.setHeader("Content-Security-Policy", shell_policy(site, socket, content))
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        return self._built.shell.data

    def _shared(self) -> list[dict[str, Any]]:
        return [{**ENTRY, "id": f"w{name}", "name": name, "documents": []} for name in self._room.shared]

    def _call(self, request: Request, call: str) -> Any:
        signed_in = {"secret": "secret-of-this-origin-01", "user": USER}
        if call == "POST /api/signin" and b"wrong" in request.content.read():
            request.setResponseCode(401)
            return {"error": {"code": "bad-password", "message": "The email address or the password is wrong."}}
        answers: dict[str, Any] = {
            "GET /api/site": {
                "name": "Sage Workspaces",
                "untrusted_origin": f"http://127.0.0.1:{self.content_port}",
                "needs_first": False,
                "protocol": 2,
            },
            "POST /api/signin": signed_in,
            "POST /api/first": signed_in,
            "POST /api/link": signed_in,
            "POST /api/signout": {},
            "GET /api/me": {"user": USER, "settings": {}},
            "PUT /api/settings": {"settings": {}},
            "GET /api/workspaces": {"workspaces": [*self._shared(), ENTRY], "more": False},
            "POST /api/workspaces": {"workspace": ENTRY, "document": ENTRY["documents"][0]},  # type: ignore[index]
            "POST /api/ticket": {"ticket": "ticket-of-a-good-length", "url": f"ws://127.0.0.1:{self.port}/ws"},
            "GET /api/users": {"users": [{**each, "created": NOW, "disabled": False} for each in (USER, *OTHERS)]},
            "GET /api/status": STATUS,
            "GET /api/sessions": {"sessions": [SESSION], "more": False},
            "GET /api/quotas": {"quotas": [QUOTA, STORED, NEARLY], "largest": [LARGEST]},
            "GET /api/logs": {"records": [RECORD]},
        }
        return answers.get(call, {})


class _Leaf(Resource):
    """Hands any request to the site."""

    isLeaf = True

    def __init__(self, everything: Everything) -> None:
        super().__init__()
        self._everything = everything

    def render(self, request: Request) -> bytes:
        """Answer."""
        return self._everything.answer(request)


class Frame(Resource):
    """The origin of untrusted content."""

    isLeaf = True

    def __init__(self, built: BuiltFiles, site: Everything) -> None:
        super().__init__()
        self._built = built
        self._site = site

    def render(self, request: Request) -> bytes:
        """Send the frame, or note that something got out."""
        if request.path != b"/frame":
            self._site._room.heard.append(f"escaped {request.path.decode()}")
            return b""
        request.setHeader(
            "Content-Security-Policy", frame_policy([f"http://127.0.0.1:{self._site.port}"], self._built.frame.data)
        )
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        return self._built.frame.data


class UntilInputEnds(Protocol):
    """Ends the process with its parent."""

    def connectionLost(self, reason: object = None) -> None:
        """Stop."""
        if reactor.running:  # type: ignore[attr-defined]
            reactor.stop()  # type: ignore[attr-defined]


def main() -> None:
    """Serve."""
    built = load_built(Path(__file__).resolve().parent.parent.parent / "static" / "built")
    room = Room(reactor, cells=SHEETS[sys.argv[1] if len(sys.argv) > 1 else "curve"])  # type: ignore[arg-type]
    site = Everything(built, room)
    ports = [reactor.listenTCP(0, Site(each), interface="127.0.0.1") for each in (site, Frame(built, site))]  # type: ignore[attr-defined]
    site.port, site.content_port = (port.getHost().port for port in ports)
    stdio.StandardIO(UntilInputEnds())
    sys.stdout.write(json.dumps([site.port, site.content_port]) + "\n")
    sys.stdout.flush()
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
