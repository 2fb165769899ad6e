"""Taking part in the imports of packages that people use."""

from __future__ import annotations

import importlib
import io
import sys
from types import ModuleType

from twisted.trial.unittest import SynchronousTestCase

from sagews.session.widgets.importing import after_import


class ImportingTests(SynchronousTestCase):
    """A module of the standard library that is imported anew."""

    def setUp(self) -> None:
        """Leave everything as it was."""
        self.patch(sys, "meta_path", list(sys.meta_path))
        self.patch(sys, "modules", {name: each for name, each in sys.modules.items() if name != "colorsys"})
        self.errors = io.StringIO()
        self.patch(sys, "stderr", self.errors)

    def test_completed(self) -> None:
        """What completes a module is called with it, once it is there."""
        seen: list[ModuleType] = []
        after_import({"colorsys": seen.append})
        module = importlib.import_module("colorsys")
        self.assertEqual((seen, self.errors.getvalue()), ([module], ""))

    def test_of_another_version(self) -> None:
        """An import goes on where a module can't be completed, with a line that says so."""

        def complete(module: ModuleType) -> None:
            raise AttributeError("no such class")

        after_import({"colorsys": complete})
        self.assertEqual(importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0), (0.0, 0.0, 0))
        self.assertIn("colorsys shows may stay text here", self.errors.getvalue())
