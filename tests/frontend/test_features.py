"""Calls that were added as a file alone are in the table, and refused like all others without a policy or a login."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.features import FOLDERS
from sagews.frontend.site import site_routes
from sagews.policy.http.requests import Policy
from tests.frontend.memory import World
from tests.scratch import scratch_folder

TOY = """
from sagews.frontend.http.call import answer
from sagews.policy.http.requests import Policy

def add_routes(routes, parts):
    async def toys(call):
        return answer({"toys": 3, "status": await parts.status()})

    routes.add("GET", "/api/toys", POLICY, toys)
"""


class ToyTests(SynchronousTestCase):
    """A page of management needs a call of its own."""

    def folder(self, name: str, policy: str, more: str = "") -> ModuleType:
        """Return a package with one module of calls."""
        root = scratch_folder(self)
        (root / name).mkdir()
        (root / name / "__init__.py").touch()
        (root / name / "helpers.py").write_text("MOST = 3\n")
        (root / name / "toys.py").write_text(TOY.replace("POLICY", policy) + more)
        sys.path.insert(0, str(root))
        self.addCleanup(sys.path.remove, str(root))
        return importlib.import_module(name)

    def test_a_module_brings_its_route(self) -> None:
        """It is in the table with its policy, beside those that were there."""
        parts = World().parts
        routes = site_routes(parts, (*FOLDERS, self.folder("toy_calls", "Policy.OPERATOR")))
        route, _ = routes.find("GET", "/api/toys")
        self.assertIs(route.policy, Policy.OPERATOR)
        self.assertEqual(len(list(routes)), len(list(site_routes(parts))) + 1)

    def test_a_route_without_a_policy(self) -> None:
        """A site with a call that names no policy does not start."""
        parts = World().parts
        self.assertRaises(TypeError, site_routes, parts, (self.folder("toy_open", "None"),))

    def test_a_route_that_is_there(self) -> None:
        """Two modules can't bring the same call."""
        folder = self.folder("toy_twice", "Policy.LOGIN")
        self.assertRaises(ValueError, site_routes, World().parts, (folder, folder))
