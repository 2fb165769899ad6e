"""The client as it was really built, where it was."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.static_files import BuiltFiles, find_built, load_built
from tests.frontend.memory import World


class BuiltTests(SynchronousTestCase):
    """What the shell names is served."""

    def built(self) -> BuiltFiles:
        folder = find_built()
        self.assertIsNotNone(folder, "the client has not been built: python static/build/client_build.py")
        return load_built(folder)

    def test_shell(self) -> None:
        """Every file that the shell asks for is there, for good, compressed, under a name that the route takes."""
        world = World()
        built = self.built()
        world.rebuild(built=built)
        shell = world.call("GET", "/").body.decode()
        named = re.findall(r'(?:src|href)="(/static/[^"]+)"', shell)
        self.assertTrue(any(name.endswith(".js") for name in named))
        for path in [*named, *(f"/static/{name}" for name in built)]:
            response = world.call("GET", path, headers={"Accept-Encoding": "br, gzip"})
            self.assertEqual(response.status, 200, path)
            self.assertIn("immutable", response.headers["cache-control"])
            if path.endswith((".js", ".css")) and len(built.file(path.rpartition("/")[2]).data) > 1000:
                self.assertEqual(response.headers["content-encoding"], "br", path)
            self.assertNotEqual(response.headers["content-type"], "application/octet-stream", path)

    def test_inline(self) -> None:
        """The shell has no inline script and no handler attribute, which its policy would stop."""
        shell = self.built().shell.data.decode()
        self.assertEqual(re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", shell), [])
        self.assertEqual(re.findall(r"\son\w+=", shell), [])
