"""The launcher's own file: only its owner can have written it, and only in one form."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from twisted.trial import unittest

from sagews.errors import SagewsError
from sagews.launcher import permits
from sagews.model.sessions import Limits

GOOD: dict[str, Any] = {
    "homes": "/srv/homes",
    "package": "/srv/package",
    "flavours": {"python": "/usr/bin/python3"},
    "uids": [200000, 200999],
    "minimum": "namespaces",
    "sessions": 10,
    "limits": {"memory": 1000, "processes": 10, "file": 1000, "home": 1000, "cpu_seconds": 10, "disk": 1000},
    "disk": {"images": True, "reserve": 0, "homes": 0},
}


class PermitsFile(unittest.SynchronousTestCase):
    def _write(self, values: object, mode: int = 0o644) -> Path:
        path = Path(self.mktemp()).absolute()
        path.write_text(json.dumps(values))
        path.chmod(mode)
        return path

    def _refusal(self, path: Path, owner: int | None = None) -> str:
        error = self.assertRaises(SagewsError, permits.load, path, os.geteuid() if owner is None else owner)
        return str(error)

    def test_good(self) -> None:
        """A file in form is read."""
        loaded = permits.load(self._write(GOOD), os.geteuid())
        self.assertEqual((loaded.uids, loaded.sessions), ((200000, 200999), 10))

    def test_writable_by_others(self) -> None:
        """A file that group or others can write is refused, with the command that helps."""
        for mode in (0o664, 0o646):
            self.assertIn("chmod go-w", self._refusal(self._write(GOOD, mode)))

    def test_symbolic_link(self) -> None:
        """A link in the file's place is refused."""
        link = Path(self.mktemp()).absolute()
        link.symlink_to(self._write(GOOD))
        self.assertIn("can't read", self._refusal(link))

    def test_missing(self) -> None:
        """A file that is not there is named."""
        self.assertIn("/nowhere/at/all", self._refusal(Path("/nowhere/at/all")))

    def test_out_of_form(self) -> None:
        """Unknown fields, relative paths, uids of the system and reversed ranges are refused."""
        wrong: list[dict[str, Any]] = [
            {"more": 1},
            {"homes": "relative"},
            {"homes": "/a/../b"},
            {"flavours": {"../x": "/usr/bin/python3"}},
            {"uids": [0, 10]},
            {"uids": [5, 2000]},
            {"uids": [3000, 2000]},
            {"minimum": "best"},
            {"sessions": 0},
            {"disk": {}},
            {"disk": {"images": 1, "reserve": 0, "homes": 0}},
            {"limits": {}},
        ]
        for change in wrong:
            self.assertTrue(self._refusal(self._write({**GOOD, **change})))

    def test_limits(self) -> None:
        """A limit above the file's, or none at all, is named."""
        loaded = permits.load(self._write(GOOD), os.geteuid())
        fine = Limits(memory=1000, processes=10, file=1000, home=1000, cpu_seconds=10, disk=1000)
        self.assertIsNone(loaded.exceeded(fine))
        self.assertEqual(loaded.exceeded(Limits(1001, 10, 1000, 1000, 10, 1000)), "memory")
        self.assertEqual(loaded.exceeded(Limits(1000, 0, 1000, 1000, 10, 1000)), "processes")
