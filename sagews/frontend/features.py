"""Finds the calls of the site: every module of these folders that has `add_routes` brings its own.

A call names its policy where it is added (http/routes.py), so that one that was added as a file alone is walked by the
tests of the gate like any other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from types import ModuleType

from sagews.frontend import api, sign_in
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts

FOLDERS: Sequence[ModuleType] = (api, sign_in)


def modules(folders: Sequence[ModuleType] = FOLDERS) -> Iterator[ModuleType]:
    """Yield every module of some packages, by name."""
    for folder in folders:
        for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
            yield importlib.import_module(f"{folder.__name__}.{found.name}")


def add_features(routes: Routes, parts: Parts, folders: Sequence[ModuleType] = FOLDERS) -> None:
    """Add the routes of every module that brings some.

    Raises:
        TypeError: for a route without a policy.
        ValueError: for one that two modules bring.
    """
    for module in modules(folders):
        add_routes = getattr(module, "add_routes", None)
        if add_routes is not None:
            add_routes(routes, parts)
