"""Named, not offered: uids apart and file access limited, where root may not make namespaces."""

from __future__ import annotations

from sagews.launcher.isolation.level import Level
from sagews.model.sessions import Isolation

LEVEL = Level(Isolation.SETUID_LANDLOCK, is_possible=lambda machine: machine.is_root and machine.landlock > 0)
