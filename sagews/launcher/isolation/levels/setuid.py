"""Named, not offered: uids apart and nothing else, where root may not make namespaces and landlock is missing."""

from __future__ import annotations

from sagews.launcher.isolation.level import Level
from sagews.model.sessions import Isolation

LEVEL = Level(Isolation.SETUID, is_possible=lambda machine: machine.is_root)
