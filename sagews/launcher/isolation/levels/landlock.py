"""Named, not offered: file access limited, for an ordinary user who may not make namespaces."""

from __future__ import annotations

from sagews.launcher.isolation.level import Level
from sagews.model.sessions import Isolation

LEVEL = Level(Isolation.LANDLOCK, is_possible=lambda machine: machine.landlock > 0)
