"""The client's checks: its sources pass, and each rule of its layers refuses what it is there to refuse."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from twisted.trial.unittest import SynchronousTestCase

from tests.client.building import STATIC, node, packages


class SourcesTests(SynchronousTestCase):
    """The sources as they stand."""

    def setUp(self) -> None:
        """Bring the packages."""
        packages()

    def test_types(self) -> None:
        """The strict type checker finds nothing."""
        done = node("node_modules/typescript/bin/tsc", "--noEmit")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_lint(self) -> None:
        """Oxlint finds no fault, no import circle and nothing against the layers."""
        done = node("node_modules/oxlint/bin/oxlint", "--deny-warnings", "src")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class LayerTests(SynchronousTestCase):
    """What the rules refuse, tried on a copy of the sources."""

    def setUp(self) -> None:
        """Copy the sources and the rules."""
        packages()
        self.copy = Path(mkdtemp())
        self.addCleanup(shutil.rmtree, self.copy)
        shutil.copy(STATIC / ".oxlintrc.json", self.copy)
        shutil.copytree(STATIC / "src", self.copy / "src")

    def _findings(self, name: str, text: str) -> str:
        """Add a file and return what oxlint says of the sources with it."""
        file = self.copy / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        done = node(str(STATIC / "node_modules" / "oxlint" / "bin" / "oxlint"), "--format=unix", "src", cwd=self.copy)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stdout

    def test_circle(self) -> None:
        """Two files that import each other are refused."""
        (self.copy / "src" / "net" / "one.ts").write_text(
            'import { two } from "./two";\nexport const one = () => two;\n'
        )
        found = self._findings("net/two.ts", 'import { one } from "./one";\nexport const two = () => one;\n')
        self.assertIn("import(no-cycle)", found)

    def test_circle_of_types(self) -> None:
        """A circle is refused even when its imports are of types alone."""
        (self.copy / "src" / "net" / "one.ts").write_text(
            'import type { Two } from "./two";\nexport type One = Two[];\n'
        )
        found = self._findings("net/two.ts", 'import type { One } from "./one";\nexport type Two = One | null;\n')
        self.assertIn("import(no-cycle)", found)

    def test_upwards(self) -> None:
        """No lower folder imports a higher one, be it for a type or on demand."""
        reach = 'import type { Layout } from "../views/worksheet/layout";\nexport type Found = typeof Layout;\n'
        for folder in ("net", "ui", "prose", "editor", "document", "workbench", "outputs"):
            self.assertIn("no-restricted-imports", self._findings(f"{folder}/reach.ts", reach), folder)
        on_demand = 'export const found = () => import("../../pages/settings");\n'
        self.assertIn("no-restricted-imports", self._findings("views/history/reach.ts", on_demand))

    def test_views_apart(self) -> None:
        """No view imports another, at whatever depth its file lies."""
        reach = 'export { Layout } from "../worksheet/layout";\n'
        self.assertIn("no-restricted-imports", self._findings("views/toy/toy.ts", reach))
        deep = 'export { Layout } from "../../worksheet/layout";\n'
        self.assertIn("no-restricted-imports", self._findings("views/toy/parts/toy.ts", deep))
