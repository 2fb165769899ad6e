"""With root, but without cgroups: what is limited is each process, not the sum."""

from __future__ import annotations

from sagews.launcher.isolation.level import Level
from sagews.launcher.isolation.namespaces import BY_ROOT, leave_host
from sagews.model.sessions import Isolation

LEVEL = Level(
    Isolation.NAMESPACES,
    is_possible=lambda machine: machine.is_root,
    enter=leave_host,
    namespaces=BY_ROOT,
    # Serving lower than what was reached needs no more than leaving the cgroups out.
    part_of=frozenset({Isolation.FULL}),
)
