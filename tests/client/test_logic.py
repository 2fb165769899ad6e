"""The client's pure parts, tested under node."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from tests.client.building import STATIC, node, packages

LOGIC = Path(__file__).parent / "logic"


class LogicTests(SynchronousTestCase):
    """What needs node and no browser."""

    def test_logic(self) -> None:
        """Every test in logic/ passes under `node --test`."""
        packages()
        sources = sorted(LOGIC.glob("*.test.ts"))
        with TemporaryDirectory() as folder:
            compiled = node(
                "node_modules/esbuild/bin/esbuild",
                *map(str, sources),
                "--bundle",
                "--platform=node",
                "--format=esm",
                "--jsx=automatic",
                "--jsx-import-source=preact",
                "--out-extension:.js=.mjs",
                f"--outdir={folder}",
                "--log-level=warning",
                f"--alias:yjs={STATIC}/node_modules/yjs",
            )
            self.assertEqual(compiled.returncode, 0, compiled.stderr)
            files = sorted(str(path) for path in Path(folder).glob("*.mjs"))
            self.assertEqual(len(files), len(sources))
            done = node("--test", *files)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
