"""Finds the features: every module of this folder that has `handlers` is one, and is entered nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sagews.backend import messages
from sagews.backend.connections.context import Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.discovery import modules

Feature = Callable[[FeatureServices], Handlers]


def features() -> Sequence[Feature]:
    """Return the `handlers` function of each feature."""
    return [module.handlers for module in modules(messages, but=__name__) if hasattr(module, "handlers")]
