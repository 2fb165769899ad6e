"""The door for tests: what another person, the network or the session does, at /control/NAME."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from pycrdt import Doc, Map, Text

from sagews.model.positions import between
from tests.client.live import DOCUMENT, OTHER, Room
from tests.client.script import POISON
from tests.client.versions import NOW


class Door:
    """Makes things happen in a room; each method is a name."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def control(self, what: str) -> bytes:
        """Do it, and say what the room has heard.

        `delete-CELL`, `restore-CELL` name a cell, `caret-NUMBER` a place, `flag-CELL.FLAG` what is said of it before
        anybody comes. `refuse-CODE` cuts every connection, and refuses each later one for that; `refuse-` refuses none.
        """
        name, _, about = what.partition("-")
        if name == "source":
            return str(self._room.doc["cells"]["cell02"]["source"]).encode()
        named: dict[str, Callable[[str], None]] = {
            "delete": self._room.remove,
            "restore": self._room.bring_back,
            "refuse": self._refuse,
            "share": self._room.shared.append,
            "flag": self._flag,
            "caret": lambda place: self._room.caret(int(place)),
        }
        if name in named:
            named[name](about)
        elif name != "heard":
            getattr(self, name)()
        return json.dumps(self._room.heard).encode()

    def _refuse(self, code: str) -> None:
        self._room.refuses = code
        self.drop()

    def _flag(self, about: str) -> None:
        cell, _, flag = about.partition(".")
        self._room.doc["cells"][cell]["flags"][flag] = True

    def interrupt(self) -> None:
        """Somebody stops what runs."""
        self._room.interrupt()

    def drop(self) -> None:
        """Cut every connection."""
        for peer in list(self._room.peers):
            peer.transport.abortConnection()

    def deaf(self) -> None:
        """As when a network is cut: nothing more is read or answered, and nobody closes anything."""
        for peer in list(self._room.peers):
            peer.transport.pauseProducing()
            self._room.peers.remove(peer)

    def stall(self) -> None:
        """Nothing is committed from now on."""
        self._room.stalled = []

    def flow(self) -> None:
        """Commits go on."""
        waiting, self._room.stalled = self._room.stalled or [], None
        for peer, said in waiting:
            peer.say(said)

    def editor(self) -> None:
        """Who comes from now on owns nothing."""
        self._room.role = "editor"

    def viewer(self) -> None:
        """Who comes from now on may only read."""
        self._room.role = "viewer"

    def stopped(self) -> None:
        """There is no session."""
        self._room.resting = "stopped"
        self._room.say(self._room.session())

    def gone(self) -> None:
        """The session has ended, and why."""
        status = {"sentence": "The session used 2 GB of memory, its limit, and was ended.", "reason": "memory"}
        self._room.say({**self._room.session(), "state": "ended", **status})

    def renewed(self) -> None:
        """Somebody has restarted the session: what ran before did so in another one."""
        self._room.restart()

    def lost(self) -> None:
        """The variables are gone, as after a restart by somebody else."""
        self._room.end("gone")

    def guest(self) -> None:
        """Who comes from now on is somebody else."""
        self._room.user = {"id": "u3", "name": "Greta Blom"}

    def older(self) -> None:
        """There is an older version, too."""
        entry = {"id": "b" * 40, "kind": "named", "name": "Before", "author": "", "time": NOW, "files_changed": 1}
        self._room.older.append(entry)

    def leaves(self) -> None:
        """The other person closes the worksheet."""
        self._room.present(OTHER, None, left=True)

    def poison(self) -> None:
        """Somebody inserts texts that take minutes to parse."""
        room = self._room
        before, place = room.doc.get_state(), None
        for number, source in enumerate(POISON):
            place = between(place, "a0")
            entry = {"type": "text", "pos": place, "depth": 0, "source": Text(source), "flags": Map()}
            room.doc["cells"][f"new{number:03}"] = Map(entry)
        update = base64.b64encode(room.doc.get_update(before)).decode()
        room.say({"type": "edit", "document": DOCUMENT, "update": update, "author": "u2"})

    def compact(self) -> None:
        """The past is let go while pages are open."""
        room = self._room
        old, room.doc, room.past = room.doc, Doc(), room.past + 1
        room.doc["meta"], room.doc["cells"] = Map(old["meta"].to_py()), Map()
        for key, found in old["cells"].items():
            fields = {**found.to_py(), "source": Text(str(found["source"])), "flags": Map(found["flags"].to_py())}
            room.doc["cells"][key] = Map(fields)
        for peer in room.peers:
            peer.tell_opened()

    def away(self) -> None:
        """Cut every connection, and let the past go before anybody comes back."""
        self.drop()
        self._room.peers.clear()
        self.compact()
