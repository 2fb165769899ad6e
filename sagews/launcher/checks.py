"""What the launcher holds a request against before it does anything: permits, level, kinds of descriptors."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError
from sagews.launcher.isolation.level import Level
from sagews.launcher.isolation.table import LEVELS
from sagews.launcher.permits import Permits
from sagews.launcher.resources.slots import Work
from sagews.model.sessions import Isolation
from sagews.wire import launcher as wire
from sagews.wire.zygote import JOB_FLAVOUR

MAX_JOBS = 1000
"""Jobs that run or wait: far more than all workspaces that a machine has open save at one time."""
# What a job may have as a standard stream. A folder would be a way out of the jail (openat through it), a device one
# into the kernel.
_STREAMS = {stat.S_IFSOCK, stat.S_IFIFO, stat.S_IFREG}


def check_flavours(names: Collection[str], known: Collection[str]) -> None:
    """Raise `unknown-flavour` for the first name that is not known."""
    for name in names:
        if name not in known:
            raise SagewsError("unknown-flavour", flavour=name, known=", ".join(known) or "-")


def check_work(work: Work, descriptors: Sequence[int], permits: Permits, known: Mapping[str, str]) -> None:
    """Hold a session or a job against the permits.

    Args:
        work: what is asked for.
        descriptors: what came with it.
        permits: the launcher's bounds.
        known: ids of all that runs or waits, each with its flavour.

    Raises:
        SagewsError: `bad-value` for an id in use, `limit` above a bound, `bad-message` for a wrong descriptor.
    """
    if work.id in known:
        raise SagewsError("bad-value", field="id", reason="it is in use")
    # Waiting ones count as well: each holds descriptors here, and the daemon could queue them without end.
    # Jobs have room of their own: a save must not wait for somebody to end a session, nor a session for saves.
    is_job = isinstance(work, wire.StartJob)
    most = MAX_JOBS if is_job else permits.sessions
    if sum((flavour == JOB_FLAVOUR) == is_job for flavour in known.values()) >= most:
        advice = "Try again in a moment." if is_job else "End one first."
        raise SagewsError("limit", limit=f"{most} {'jobs' if is_job else 'sessions'}", advice=advice)
    above = permits.exceeded(work.limits)
    if above is not None:
        greatest = getattr(permits.limits, above)
        raise SagewsError("limit", limit=f"{above} from 1 to {greatest}", advice="Ask for less.")
    if not all(_is_stream(work, os.fstat(descriptor)) for descriptor in descriptors):
        raise SagewsError("bad-message", reason="a descriptor is of the wrong kind")


def _is_stream(work: Work, status: os.stat_result) -> bool:
    """Whether a descriptor may come into a jail: a session's socket; a job's streams; no folder and no device."""
    kind = stat.S_IFMT(status.st_mode)
    if isinstance(work, wire.StartSession):
        return kind == stat.S_IFSOCK
    return kind in _STREAMS or status.st_rdev == os.stat(os.devnull).st_rdev


def choose_level(request: wire.Configure, reached: Level, least: Isolation, report: Mapping[str, Any]) -> Level:
    """Return the level to serve at: the one that was reached, or a lower one that is wanted and possible.

    Args:
        request: the daemon's wish and minimum.
        reached: what was found by trying.
        least: the minimum of the permits.
        report: how it was found.

    Raises:
        SagewsError: `isolation` when it would be below a minimum, or is not the wanted one.
    """
    # A launcher can't climb: a wanted level is served only where what was entered already does all of it.
    level = reached if request.wanted == "auto" else LEVELS.named(request.wanted)
    if level is not reached and reached.name not in level.part_of:
        advice = f"The level {request.wanted} was wanted; set the wanted level to auto."
        raise SagewsError("isolation", level=reached.name, minimum=request.wanted, advice=advice)
    # The file's minimum and the daemon's: a daemon that was taken over can't ask for less than the file allows.
    for minimum in (least, Isolation(request.minimum)):
        if not level.name.suffices(minimum):
            missing = "; ".join(report.get("missing", [])) or "nothing"
            advice = f"Missing: {missing}. Start the worker as root, or lower isolation.minimum knowingly."
            raise SagewsError("isolation", level=level.name, minimum=minimum, advice=advice)
    return level
