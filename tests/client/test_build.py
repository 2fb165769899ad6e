"""The client's build: what it needs, when it does nothing, and how big its result may be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from tests.client.building import STATIC, built, client_build

KILOBYTE = 1000
ENTRY = {
    "shell": ("src/main.tsx", "src/pages/worksheet.tsx"),
    "editor": ("src/main.tsx", "src/pages/worksheet.tsx", "src/editor-part.ts"),
}


class BudgetTests(SynchronousTestCase):
    """Bytes of JavaScript on the way, from the build's own figures."""

    def setUp(self) -> None:
        """Build."""
        self.folder = built()
        self.outputs: dict[str, Any] = {
            Path(path).name: output
            for path, output in json.loads((self.folder / "meta.json").read_text())["outputs"].items()
        }

    def _closure(self, entries: tuple[str, ...]) -> set[str]:
        """Return the files that come with some entry points."""
        found: set[str] = set()
        waiting = [name for name, output in self.outputs.items() if output.get("entryPoint") in entries]
        self.assertEqual(len(waiting), len(entries))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                imports = self.outputs[name]["imports"]
                waiting += [Path(each["path"]).name for each in imports if each["kind"] == "import-statement"]
        return found

    def _size(self, names: set[str], suffix: str) -> float:
        return sum((self.folder / (name + suffix)).stat().st_size for name in names) / KILOBYTE

    def test_shell(self) -> None:
        """What paints a worksheet as static text takes 60 KB, as browsers get it."""
        self.assertLessEqual(self._size(self._closure(ENTRY["shell"]), ".br"), 60)

    def test_editor(self) -> None:
        """Everything to a working editor takes at most 150 KB, even with gzip."""
        names = self._closure(ENTRY["editor"])
        self.assertLessEqual(self._size(names, ".gz"), 150)
        self.assertLessEqual(len(names), 8)

    def test_named_in_the_shell(self) -> None:
        """The shell names every file that a worksheet needs, so that none is only found when another has come."""
        shell = (self.folder / "index.html").read_text()
        self.assertEqual([name for name in self._closure(ENTRY["editor"]) if name not in shell], [])

    def test_lazy_chunks(self) -> None:
        """No file that comes later takes more than 160 KB, but for what downloaded pages bring along to draw scenes."""
        for path in self.folder.glob("*.js.gz"):
            most = 190 if path.name.startswith("offline-viewer") else 160
            self.assertLessEqual(path.stat().st_size / KILOBYTE, most, path.name)

    def test_precompressed(self) -> None:
        """Every text file has both compressed forms beside it, and the manifest names every file."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        for name in manifest["files"]:
            self.assertTrue((self.folder / name).is_file())
            if name.endswith((".js", ".css")) and (self.folder / name).stat().st_size > 200:
                self.assertTrue((self.folder / f"{name}.br").is_file() and (self.folder / f"{name}.gz").is_file(), name)
        for name in (manifest["shell"], manifest["frame"]):
            self.assertTrue((self.folder / name).is_file())


class HookTests(SynchronousTestCase):
    """The build backend."""

    def setUp(self) -> None:
        """Build, so that there is something up to date."""
        built()
        self.build = client_build()

    def test_up_to_date(self) -> None:
        """Built files that belong to these sources are left alone: neither node nor network is asked for."""
        with mock.patch.object(self.build._Tools, "find", side_effect=AssertionError("node was looked for")):
            self.assertEqual(self.build.build_client(), STATIC / "built")
            self.assertNotIn(self.build.NODE_WHEEL, self.build._requires())

    def test_changed_sources(self) -> None:
        """With other sources a build is due, and the node wheel is asked for only where there is no node."""
        with mock.patch.object(self.build, "_is_current", return_value=False):
            with mock.patch.object(self.build, "_system_node", return_value=None):
                self.assertEqual(self.build._requires(), [self.build.NODE_WHEEL])
            with mock.patch.object(self.build, "_system_node", return_value="/usr/bin/node"):
                self.assertEqual(self.build._requires(), [])

    def test_no_node(self) -> None:
        """Without node and without its wheel the build says in one sentence what it needs."""
        with (
            mock.patch.object(self.build, "_system_node", return_value=None),
            mock.patch.object(self.build.importlib.util, "find_spec", return_value=None),
        ):
            error = self.assertRaises(self.build.BuildError, self.build._Tools.find)
        self.assertIn("Node.js 20", str(error))

    def test_registry_out_of_reach(self) -> None:
        """A registry out of reach is one clear sentence and status 1, and leaves no half-built folder."""
        checkout = Path(mkdtemp())
        self.addCleanup(shutil.rmtree, checkout)
        for name in ("src", "build"):
            shutil.copytree(STATIC / name, checkout / "static" / name)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(STATIC / name, checkout / "static" / name)
        environment = {
            "PATH": f"{Path(self.build._Tools.find().node).parent}:/usr/bin:/bin",
            "HOME": str(checkout),
            "npm_config_registry": "http://127.0.0.1:9/",
            "npm_config_fetch_retries": "0",
            "npm_config_cache": str(checkout / "cache"),
        }
        command = [sys.executable, str(checkout / "static" / "build" / "client_build.py")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("npm must reach its registry", done.stderr.splitlines()[-1])
        self.assertFalse((checkout / "static" / "built").exists())

    def test_lock_file(self) -> None:
        """The lock file names no host to download from, and every package has its integrity hash."""
        lock = json.loads((STATIC / "package-lock.json").read_text())
        packages = {name: entry for name, entry in lock["packages"].items() if name}
        self.assertEqual([name for name, entry in packages.items() if "resolved" in entry], [])
        self.assertEqual([name for name, entry in packages.items() if "integrity" not in entry], [])
