"""Files of a home, as pages ask for them."""

from __future__ import annotations

import base64
from typing import Any

from sagews.model.accounts import Role
from sagews.policy.quotas.resources import Resource
from sagews.wire.jobs import MAX_READ
from tests.backend.harness import BackendTestCase, Page


class HomeFileTests(BackendTestCase):
    """Parts of files."""

    def read(self, page: Page, path: str, **bounds: int) -> dict[str, Any]:
        """Ask for a part and return the answer."""
        page.say(type="read_file", request=7, path=path, **{"offset": 0, "length": 100, **bounds})
        for _ in range(10):
            self.later()
        return page.told[-1]

    def test_a_viewer_reads(self) -> None:
        """What lies in the home, from where it is asked for; nothing is under way behind it."""
        viewer = self.colleague(Role.VIEWER)
        page = self.page(viewer)
        self.assertEqual(self.read(page, "a.csv")["code"], "no-home")
        self.host.files.homes[self.workspace] = {"a.csv": b"1,2,3", ".netrc": b"password"}
        answer = self.read(page, "a.csv", offset=2)
        self.assertEqual((answer["type"], answer["size"], base64.b64decode(answer["data"])), ("file_part", 5, b"2,3"))
        for path in (".netrc", "../a.csv", "no"):
            self.assertEqual(self.read(page, path)["code"], "not-found", path)
        self.assertEqual(self.backend.used(viewer.id).get(Resource.JOBS.value, 0), 0)

    def test_too_much_at_once(self) -> None:
        """Is refused before anything is read."""
        self.assertEqual(self.read(self.page(), "a", length=MAX_READ + 1)["type"], "error")
        self.assertEqual(self.host.files.homes, {})
