"""What the scripted backend says of versions: one, named or not, and those that a test adds."""

from __future__ import annotations

from typing import Any

VERSION = "a" * 40
NOW = "2026-01-02T03:04:05.000Z"


class VersionAnswers:
    """The part of a connection that answers about versions."""

    room: Any
    named = ""

    def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        raise NotImplementedError

    def _version(self, name: str = "") -> dict[str, Any]:
        kind = "named" if name else "save"
        entry = {"id": VERSION, "kind": kind, "name": name, "author": "Emil Novak", "time": NOW, "files_changed": 1}
        return {**entry, "may_unname": bool(name)}

    def do_save(self, message: dict[str, Any]) -> None:
        """Commit."""
        self.named = message.get("name") or ""
        self.say(
            {"type": "version", "request": message["request"], "version": self._version(message.get("name") or "")}
        )

    def do_revert(self, message: dict[str, Any]) -> None:
        """Bring it back, when the test says so."""
        made = {**self._version(self.named), "id": "c" * 40, "kind": "revert", "may_unname": False}
        self.room.older.insert(0, made)
        said = {"type": "version", "request": message["request"], "version": made}
        self.room.commit(self, said)

    def do_unname(self, message: dict[str, Any]) -> None:
        """Take the name."""
        self.named = ""
        self.say({"type": "unnamed", "request": message["request"], "version": message["version"], "freed": 9})

    def do_version_outputs(self, message: dict[str, Any]) -> None:
        """Send what a named version keeps, in two parts."""
        after = message.get("after", 0)
        piece = {"sequence": 1, "kind": "stream", "body": {"name": "stdout", "text": f"kept {after + 1}\n"}}
        output = {
            "ordinal": after + 1, "path": "kept.sage.md", "cell": "aaaa", "place": 2 - after, "state": "done",
            "code": f"source {after + 1}", "pieces": [piece],
        }  # fmt: skip
        answer = {"type": "version_outputs", "request": message["request"], "version": message["version"]}
        self.say({**answer, "outputs": [output], "more": after == 0})

    def do_versions(self, message: dict[str, Any]) -> None:
        """List versions."""
        versions = [self._version(self.named), *self.room.older]
        answer = {"type": "versions", "request": message["request"], "versions": versions, "more": False}
        self.say(answer)

    def do_difference(self, message: dict[str, Any]) -> None:
        """Show a change, and note what was compared: "against" and "whole" too."""
        self.room.heard.append(f"difference {message['version'][0]} {(message.get('against') or '-')[0]}")
        diff = "--- a/x\n+++ b/x\n@@ -4,9 +4,13 @@\n # The curve 37a\n \n ```sage #cell02\n-E = None\n"
        diff += (
            "+E = EllipticCurve([0, 0, 1, -1, 0])\n ```\n \n-Old words.\n+New words.\n \n+```sage #made1\n+2^3\n+```\n"
        )
        if message.get("whole"):
            diff = "@@ -0,0 +1,4 @@\n+# The curve 37a\n+\n+```sage #cell02\n+E = None\n+```\n"
        file = {"path": "rank-one.sage.md", "status": "modified", "diff": diff}
        self.say(
            {"type": "difference", "request": message["request"], "version": VERSION, "against": None, "files": [file]}
        )
