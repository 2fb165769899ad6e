"""A backend for one page: the grammar of sagews/wire/browser/, a real Yjs document and a scripted session."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from pycrdt import Doc, Map, Text
from twisted.internet.interfaces import IReactorTime

from sagews.backend.names.session_names import SessionNames
from sagews.model.identifiers import DocumentId
from sagews.model.positions import between
from sagews.wire.browser.base import PROTOCOL, ToPage
from sagews.wire.browser.messages import SERVER_MESSAGES, parse_page_message
from tests.client import documented
from tests.client.channels import Channels
from tests.client.script import CURVES, Step, answer
from tests.client.transfers import TransferAnswers
from tests.client.versions import NOW, VersionAnswers
from tests.fakes.session_host import said_of

DOCUMENT = "01940000-0000-7000-8000-000000000001"
WORKSPACE = "01940000-0000-7000-8000-000000000002"
LATER = "2026-01-02T03:05:00.000Z"
OTHER = {"connection": "other", "user": "u2", "name": "Ines Moreau"}
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(reduce(or_, SERVER_MESSAGES))


SIGNATURE = "application/vnd.sagews.signature+json"


def call_told(before: str) -> dict[str, Any]:
    """Return what is told of the call at the end of a text."""
    parameters = [
        {"name": "coefficients", "kind": "plain", "type": "list[Integer]", "default": ""},
        {"name": "minimal_twist", "kind": "plain", "type": "bool", "default": "True"},
        {"name": "options", "kind": "named", "type": "", "default": ""},
    ]
    arguments = re.sub(r"\[[^]]*\]?", "", before.rpartition("(")[2]).count(",")
    first = "Construct an elliptic curve from its <b>coefficients</b>."
    told = {"name": "EllipticCurve", "known": True, "parameters": parameters, "returns": "EllipticCurve_generic"}
    return {**told, "active": min(arguments, 2), "first": first}


class Told:
    """What of a document's stream its names need."""

    document = DocumentId(DOCUMENT)

    def __init__(self, room: Room) -> None:
        self._room = room

    def say(self, message: ToPage) -> None:
        """Tell everybody."""
        self._room.say(json.loads(message.encoded()))


class Room(Channels):
    """The document, everybody who watches it, and the one session."""

    def __init__(self, clock: IReactorTime, cells: Sequence[tuple[str, int, str]]) -> None:
        self.clock = clock
        self.doc: Doc[Any] = Doc()
        self.past = 0
        self.peers: list[Page] = []
        self.sequence = 0
        self.outputs: dict[str, dict[str, Any]] = {}
        self.running: tuple[dict[str, Any], Iterator[Step]] | None = None
        self.queue: list[dict[str, Any]] = []
        self.heard: list[str] = []
        # What the cell that runs asks.
        self.asking: dict[str, Any] | None = None
        self.interacts: dict[str, list[dict[str, Any]]] = {}
        self.removed: dict[str, dict[str, Any]] = {}
        self.role = "owner"
        self.refuses = ""
        self.user = {"id": "u1", "name": "Emil Novak"}
        # Names of workspaces that others have shared since.
        self.shared: list[str] = []
        # Who comes back, by the secret that they were given for that.
        self.known: dict[str, dict[str, str]] = {}
        self.since = NOW
        self.resting = "ready"
        self.older: list[dict[str, Any]] = []
        # Why the session is over, and the sentence for it; until something runs.
        self.over: dict[str, str] = {}
        # What waits to be committed while nothing is; None while everything is, at once.
        self.stalled: list[tuple[Page, dict[str, Any]]] | None = None
        self.names = SessionNames(Told(self))  # type: ignore[arg-type]
        self._fill(cells)

    def _fill(self, cells: Sequence[tuple[str, int, str]]) -> None:
        meta: Map[Any] = Map()
        found: Map[Any] = Map()
        self.doc["meta"], self.doc["cells"] = meta, found
        meta.update({"format": 1, "title": "A curve of rank one" if cells else "", "flavour": "sage"})
        place = None
        for number, (kind, depth, source) in enumerate(cells):
            place = between(place, None)
            entry = {"type": kind, "pos": place, "depth": depth, "source": Text(source), "flags": Map()}
            found[f"cell{number:02}"] = Map(entry)

    def say(self, message: dict[str, Any], but: Page | None = None) -> None:
        """Tell everybody."""
        for peer in self.peers:
            if peer is not but:
                peer.say(message)

    def present(
        self, person: dict[str, Any], state: dict[str, Any] | None, *, left: bool = False, but: Page | None = None
    ) -> None:
        """Tell everybody where somebody is."""
        self.say({"type": "presence", "document": DOCUMENT, "person": {**person, "state": state}, "left": left}, but)

    def caret(self, place: int) -> None:
        """The other person's caret goes to a place in the first code cell."""
        self.present(OTHER, {"cell": "cell02", "anchor": place, "head": place})

    def event(self, message: dict[str, Any]) -> dict[str, Any]:
        """Tell everybody something that is numbered; returns it with its number."""
        self.sequence += 1
        numbered = {**message, "document": DOCUMENT, "epoch": 1, "sequence": self.sequence}
        self.say(numbered)
        return numbered

    def session(self) -> dict[str, Any]:
        """Return the state of the session."""
        state = "running" if self.running else self.resting
        return {
            "type": "session",
            "document": DOCUMENT,
            "state": state,
            "flavour": "sage",
            "since": self.since,
            "memory": 432_013_312,
            "memory_limit": 2_147_483_648,
            "cpu": 1.5,
            **self.over,
        }

    def run(self, cells: list[dict[str, Any]]) -> None:
        """Queue cells and start."""
        for cell in cells:
            self.outputs[cell["cell"]] = {"cell": cell["cell"], "run": {}, "pieces": []}
            self.queue.append(cell)
            self._state(cell, "queued")
        self._next()

    def _state(self, cell: dict[str, Any], state: str, **more: Any) -> None:
        status = {"run": cell["run"], "cell": cell["cell"], "number": 1, "hash": cell["hash"], "queued": NOW}
        told = {"type": "run_state", **status, "state": state, **more}
        self.outputs[cell["cell"]]["run"] = self.event(told)
        self._keep_run(cell)

    def _next(self) -> None:
        if self.running is None and self.queue:
            cell = self.queue.pop(0)
            source = str(self.doc["cells"][cell["cell"]]["source"])
            self.running = (cell, answer(source, cell["cell"]))
            self.over = {}
            self._state(cell, "running")
            self.say(self.session())
            self._step(cell)

    def _step(self, cell: dict[str, Any]) -> None:
        if self.running is None or self.running[0] is not cell:
            return
        step = next(self.running[1])
        self.clock.callLater(step.after, self._take, cell, step)

    def _take(self, cell: dict[str, Any], step: Step) -> None:
        if self.running is None or self.running[0] is not cell:
            return
        if step.kind == "done":
            self.running = None
            self.names.ran(cell["cell"], said_of(str(self.doc["cells"][cell["cell"]]["source"])))
            self._state(cell, "error" if step.body["status"] == "error" else "done", seconds=step.body["seconds"])
            for peer in self.peers:
                self.commit(peer, {"type": "kept", "document": DOCUMENT, "epoch": 1, "sequence": self.sequence})
            self.say(self.session())
            self._next()
            return
        if step.kind == "interact":
            self.open_interact(cell, step.body, step.after)
            self._step(cell)
            return
        if step.kind == "open":
            self.asking = step.body
            self.open(cell, step.body)
            return
        self._print(cell, step)
        self._step(cell)

    def _print(self, cell: dict[str, Any], step: Step) -> None:
        kept = self.outputs[cell["cell"]]["pieces"]
        last = kept[-1]["sequence"] if kept else 0
        piece = {"sequence": last + 1, "kind": step.kind, "body": step.body}
        removed = {"removed": [1, last]} if step.clears else {}
        if step.clears:
            kept.clear()
        kept.append(piece)
        self.event({"type": "output", "run": cell["run"], "cell": cell["cell"], "piece": piece, **removed})

    def commit(self, peer: Page, said: dict[str, Any]) -> None:
        """Tell a page what is committed, now or when commits go on."""
        if self.stalled is None:
            peer.say(said)
        else:
            self.stalled.append((peer, said))

    def remove(self, cell: str) -> None:
        """Delete a cell, as another person would."""
        before = self.doc.get_state()
        fields = self.doc["cells"][cell].to_py()
        self.removed[cell] = {**fields, "source": Text(fields["source"]), "flags": Map()}
        del self.doc["cells"][cell]
        update = base64.b64encode(self.doc.get_update(before)).decode()
        self.say({"type": "edit", "document": DOCUMENT, "update": update, "author": OTHER["connection"]})

    def bring_back(self, cell: str) -> None:
        """Make a cell anew that was deleted, as another person's undo does."""
        before = self.doc.get_state()
        self.doc["cells"][cell] = Map(self.removed.pop(cell))
        update = base64.b64encode(self.doc.get_update(before)).decode()
        self.say({"type": "edit", "document": DOCUMENT, "update": update, "author": OTHER["connection"]})

    def restart(self) -> None:
        """Have a fresh session, which began after everything that ran."""
        self.end("restarted")
        self.since = LATER
        self.end("gone")
        self.say(self.session())

    def end(self, reason: str) -> None:
        """Say that the session is over, or that the one before was."""
        sentences = {
            "restarted": "The session was restarted: run the cells again.",
            "gone": "Variables are gone: run the cells again.",
        }
        self.over = {"reason": reason, "sentence": sentences[reason]}
        self.end_interacts()
        self.names.over()
        self.say(self.session())

    def interrupt(self) -> None:
        """Stop what runs and forget what is queued."""
        stopped, self.running, self.asking = self.running, None, None
        if stopped is not None:
            self._state(stopped[0], "interrupted")
        while self.queue:
            self._state(self.queue.pop(0), "cancelled")
        self.say(self.session())


class Page(VersionAnswers, TransferAnswers, WebSocketServerProtocol):  # type: ignore[misc]
    """One connection."""

    room: Room
    user: dict[str, str]
    place: dict[str, Any] | None = None

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Parse it as the real backend does, and answer."""
        parse_page_message(payload)
        message = json.loads(payload)
        self.room.heard.append(message["type"])
        handler = getattr(self, f"do_{message['type']}", None)
        if handler is not None:
            handler(message)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        """Leave the room."""
        if self in self.room.peers:
            self.room.peers.remove(self)

    def say(self, message: dict[str, Any]) -> None:
        """Send one message, which a real backend could have sent too."""
        data = json.dumps(message).encode()
        _decoder.decode(data)
        self.sendMessage(data)

    def do_hello(self, message: dict[str, Any]) -> None:
        """Say hello."""
        room, given = self.room, message.get("resume", "")
        if room.refuses:
            self.say({"type": "error", "code": room.refuses, "parameters": {}, "message": "No."})
            return
        self.user = room.known.get(given, room.user)
        resume = f"resume-secret-of-a-good-length-{self.user['id']}"
        room.known[resume] = self.user
        self.say(
            {
                "type": "welcome",
                "protocol": PROTOCOL,
                "server": "fixture",
                "connection": f"c{id(self)}",
                "user": self.user,
                "workspace": {"id": WORKSPACE, "name": "Elliptic curves"},
                "role": self.room.role,
                "may_run": self.room.role != "viewer",
                "resume": resume,
                "ping_seconds": 5.0,
                "flavours": ["sage"],
                "limits": {},
            }
        )

    def do_open(self, message: dict[str, Any]) -> None:
        """Send the document."""
        room = self.room
        if message["document"] != DOCUMENT:
            text = "There is nothing here, or you may not see it. Check the address."
            self.say({"type": "error", "code": "not-found", "parameters": {}, "message": text, "about": "open"})
            return
        room.peers.append(self)
        self.tell_opened(message["vector"] if message["past"] == room.past else "")

    def tell_opened(self, theirs: str = "") -> None:
        """Tell what a page lacks that has so much."""
        room = self.room
        people = [{**each.person(), "state": each.place} for each in room.peers if each is not self]
        if "cell05" in room.doc["cells"]:
            people.append({**OTHER, "state": {"cell": "cell05", "anchor": 4, "head": 4}})
        self.say(
            {
                "type": "opened",
                "document": DOCUMENT,
                "path": "rank-one.sage.md",
                "epoch": 1,
                "sequence": room.sequence,
                "update": base64.b64encode(room.doc.get_update(base64.b64decode(theirs) or b"\0")).decode(),
                "vector": base64.b64encode(room.doc.get_state()).decode(),
                "session": room.session(),
                "people": people,
                "cells": list(room.outputs.values()),
                "past": room.past,
            }
        )

    def do_edit(self, message: dict[str, Any]) -> None:
        """Apply it, tell the others, and say that it is saved; one of another past is refused."""
        if message["past"] != self.room.past:
            refused = {"code": "past-changed", "parameters": {}, "message": "It is another past.", "about": "edit"}
            self.say({"type": "error", "document": DOCUMENT, **refused})
            return
        self.room.doc.apply_update(base64.b64decode(message["update"]))
        shared = {"type": "edit", "document": DOCUMENT, "update": message["update"], "author": "u1"}
        self.room.say(shared, but=self)
        self.room.commit(self, {"type": "saved", "document": DOCUMENT, "edit": message["edit"]})

    def do_names(self, message: dict[str, Any]) -> None:
        """Say what is known of names."""
        self.say(json.loads(self.room.names.now(message["request"]).encoded()))

    def do_remove_names(self, message: dict[str, Any]) -> None:
        """Remove them."""
        self.room.names.removed(message["names"])
        told = {"request": message["request"], "document": DOCUMENT, "names": message["names"]}
        self.say({"type": "names_removed", **told})

    def do_run(self, message: dict[str, Any]) -> None:
        """Run."""
        self.room.run(message["cells"])

    def do_channel_message(self, message: dict[str, Any]) -> None:
        """Answer what a cell asks, unless somebody else has."""
        if not self.room.answered(message, self.person()["connection"]):
            told = {"code": "channel-closed", "parameters": {}, "message": "It is answered.", "about": message["type"]}
            self.say({"type": "error", "document": DOCUMENT, **told})

    def do_interrupt(self, message: dict[str, Any]) -> None:
        """Stop."""
        self.room.interrupt()

    def do_restart(self, message: dict[str, Any]) -> None:
        """Begin anew."""
        self.room.restart()

    def person(self) -> dict[str, Any]:
        """Return who it is."""
        return {"connection": f"c{id(self)}", "user": self.user["id"], "name": self.user["name"]}

    def do_presence(self, message: dict[str, Any]) -> None:
        """Tell the others."""
        self.place = message["state"]
        self.room.present(self.person(), self.place, but=self)

    def do_ping(self, message: dict[str, Any]) -> None:
        """Answer."""
        self.say({"type": "pong", "sent": message["sent"]})

    def do_documents(self, message: dict[str, Any]) -> None:
        """List."""
        entry = {"id": DOCUMENT, "path": "rank-one.sage.md", "title": "A curve of rank one", "edited": NOW}
        self.say({"type": "documents", "request": message["request"], "documents": [entry]})

    def do_complete(self, message: dict[str, Any]) -> None:
        """Complete."""
        before = message["code"][: message["cursor"]]
        word = re.search(r"\w*$", before)
        start = word.start() if word is not None else message["cursor"]
        names = {"rank": "method", "regulator": "method"} if before[:start].endswith(".") else CURVES
        word = before[start:]
        if word.startswith("deaf"):
            names = {}
        found = [{"text": name, "kind": kind} for name, kind in names.items() if name.startswith(word)]
        self.say(
            {
                "type": "completions",
                "document": DOCUMENT,
                "request": message["request"],
                "start": start,
                "end": message["cursor"],
                "matches": found,
                "source": self.source,
            }
        )

    def do_inspect(self, message: dict[str, Any]) -> None:
        """Explain."""
        data = documented.DOCUMENT if self.source == "session" else {"text/plain": documented.PLAIN}
        if message["detail"] == 2:
            data = {SIGNATURE: json.dumps(call_told(message["code"][: message["cursor"]]))}
        self.say(
            {
                "type": "inspection",
                "document": DOCUMENT,
                "request": message["request"],
                "found": True,
                "data": data,
                "source": self.source,
            }
        )

    @property
    def source(self) -> str:
        """Where answers come from."""
        return "running" if self.room.running else "session"

    def do_variables(self, message: dict[str, Any]) -> None:
        """List some."""
        values = [
            ("E", "EllipticCurve", "", "Elliptic Curve defined by y^2 + y = x^3 - x over Rational Field"),
            ("primes", "list", "1000000", "[2, 3, 5, 7, 11, 13, …]"),
            ("M", "Matrix", "3\u2009×\u20094", "[1 2 3 4] [5 6 7 8] [9 10 11 12]"),
        ]
        found = [dict(zip(("name", "kind", "extent", "value"), each, strict=True)) for each in values]
        self.say(
            {
                "type": "variable_list",
                "document": DOCUMENT,
                "request": message["request"],
                "variables": found,
                "more": 2,
            }
        )


class Live(WebSocketServerFactory):  # type: ignore[misc]
    """Makes connections to a room."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self.setProtocolOptions(tcpNoDelay=True)

    def buildProtocol(self, address: Any) -> Page:
        """Make one."""
        page = Page()
        page.factory = self
        page.room = self.room
        return page
