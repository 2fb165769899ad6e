"""Finds the features: every module of this folder that has `handlers` is one, and is entered nowhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence

from sagews.backend import messages
from sagews.backend.connections.context import Handlers
from sagews.backend.messages.services import FeatureServices

Feature = Callable[[FeatureServices], Handlers]


def features() -> Sequence[Feature]:
    """Return the `handlers` function of each feature."""
    found = pkgutil.iter_modules(messages.__path__, f"{messages.__name__}.")
    modules = [importlib.import_module(module.name) for module in found if module.name != __name__]
    return [module.handlers for module in modules if hasattr(module, "handlers")]
