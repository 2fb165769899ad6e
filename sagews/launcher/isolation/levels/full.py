"""With root and cgroups: namespaces, a uid for each session, and limits on the sum of what its processes use."""

from __future__ import annotations

from sagews.launcher.isolation.level import Level
from sagews.launcher.isolation.namespaces import BY_ROOT, leave_host
from sagews.model.sessions import Isolation

LEVEL = Level(
    Isolation.FULL,
    is_possible=lambda machine: machine.is_root and machine.has_cgroups,
    enter=leave_host,
    namespaces=BY_ROOT,
    has_cgroups=True,
)
