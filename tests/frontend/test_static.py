"""The built client as it is served."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.frontend.http.static_files import load_built
from tests.frontend.memory import World
from tests.scratch import scratch_folder

APP = "app-1234.js"


class ServedTests(SynchronousTestCase):
    """Over HTTP."""

    def setUp(self) -> None:
        self.world = World()

    def get(self, path: str = f"/static/{APP}", **headers: str):
        return self.world.call("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def test_for_good(self) -> None:
        """A file whose name holds its hash may be kept for good."""
        response = self.get()
        self.assertEqual(response.headers["cache-control"], "public, max-age=31536000, immutable")
        self.assertEqual(response.headers["content-type"], "text/javascript; charset=utf-8")
        self.assertEqual(response.body, b"let a")

    def test_compressed(self) -> None:
        """The best form that the browser takes is sent, and says so."""
        for accepted, body, encoding in (
            ("gzip, deflate, br, zstd", b"BR", "br"),
            ("gzip", b"GZ", "gzip"),
            ("gzip;q=1.0, br;q=0", b"GZ", "gzip"),
            ("BR", b"BR", "br"),
            ("identity", b"let a", None),
            ("bread", b"let a", None),
        ):
            response = self.get(Accept_Encoding=accepted)
            self.assertEqual((response.body, response.headers.get("content-encoding")), (body, encoding), accepted)
            self.assertEqual(response.headers["vary"], "Accept-Encoding")

    def test_known(self) -> None:
        """A browser that has the page gets 304 and no body."""
        first = self.get("/")
        self.assertEqual(first.headers["cache-control"], "no-cache")
        for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}'):
            again = self.get("/", If_None_Match=known)
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertNotIn("content-length", again.headers)
        self.assertEqual(self.get("/", If_None_Match='"x"').status, 200)

    def test_every_address(self) -> None:
        """Each address of the client gives the same page."""
        uuid = "01890000-0000-7000-8000-000000000000"
        for path in ("/", "/signin", "/workspaces", f"/w/{uuid}", f"/w/{uuid}/{uuid}", "/settings", "/management"):
            self.assertEqual(self.get(path).body, b"<shell>", path)


class LoadTests(SynchronousTestCase):
    """From disk."""

    def setUp(self) -> None:
        self.folder = scratch_folder(self) / "built"
        self.folder.mkdir()
        for name in ("index.html", "frame.html", APP, f"{APP}.gz", "secret.txt"):
            (self.folder / name).write_bytes(name.encode())

    def manifest(self, **changes: object) -> None:
        values = {"shell": "index.html", "frame": "frame.html", "files": [APP], **changes}
        (self.folder / "manifest.json").write_text(json.dumps(values))

    def test_load(self) -> None:
        """What the manifest names is there, with its compressed forms, and nothing else."""
        self.manifest()
        built = load_built(self.folder)
        self.assertEqual(list(built), [APP])
        self.assertEqual(built.file(APP).encoded, {"gzip": b"app-1234.js.gz"})
        self.assertRaises(SagewsError, built.file, "secret.txt")
        self.assertEqual(built.frame.data, b"frame.html")

    def test_not_whole(self) -> None:
        """A manifest that is broken, names a missing file, or leads out of its folder, is refused in one sentence."""
        for changes in ({"files": ["gone.js"]}, {"files": ["../x"]}, {"files": 5}, {"shell": "/etc/passwd"}):
            self.manifest(**changes)
            error = self.assertRaises(SagewsError, load_built, self.folder)
            self.assertEqual(error.code, "configuration")
        (self.folder / "manifest.json").write_text("{")
        self.assertRaises(SagewsError, load_built, self.folder)

    def test_missing(self) -> None:
        """Without built files the page says so."""
        self.assertIn(b"not been built", load_built(None).shell.data)
