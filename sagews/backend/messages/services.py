"""What handlers are built from."""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from sagews.backend.settings import BackendSettings
from sagews.backend.workspaces.stores import Stores


@dataclass(frozen=True, slots=True)
class FeatureServices:
    """What handlers may need beyond the connection that a message came from."""

    clock: IReactorTime
    settings: BackendSettings
    stores: Stores
