"""Finds the calls of the site: every module of these folders that has `add_routes` brings its own.

A call names its policy where it is added (http/routes.py), so that one that was added as a file alone is walked by the
tests of the gate like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from types import ModuleType

from sagews.discovery import modules
from sagews.frontend import api, sign_in
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts

FOLDERS: Sequence[ModuleType] = (api, sign_in)


def add_features(routes: Routes, parts: Parts, folders: Sequence[ModuleType] = FOLDERS) -> None:
    """Add the routes of every module that brings some.

    Raises:
        TypeError: for a route without a policy.
        ValueError: for one that two modules bring.
    """
    for module in chain.from_iterable(map(modules, folders)):
        add_routes = getattr(module, "add_routes", None)
        if add_routes is not None:
            add_routes(routes, parts)
