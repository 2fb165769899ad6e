"""Keeps the installed version that this daemon runs from on the disk, however often another one is built beside it."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

# The build writes it last into a version; whoever would remove the version needs it for itself.
READY = ".sagews-ready"


def hold_version(prefix: Path | None = None) -> int | None:
    """Lock the version for as long as this process, or one that it forks, lives; None where nobody would remove it.

    Args:
        prefix: of the environment that we run in; by default of this process.
    """
    try:
        descriptor = os.open((Path(sys.prefix) if prefix is None else prefix) / READY, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        # Installed by other means than ours, which do not remove versions either.
        return None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor
