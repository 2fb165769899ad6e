"""Tells whoever listens of ends, whatever they do on hearing it.

What one of them raised would reach the reactor, which takes the control socket for broken then: every session would be
lost for the fault of one, and whoever else waits would never hear.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from sagews.interfaces.launcher import ILauncherListener
from sagews.wire.launcher import Exited

log = Logger()


def tell_ended(listener: ILauncherListener, ended: Exited) -> None:
    """Tell a listener that its session or job is over; what it raises is logged."""
    try:
        listener.ended(ended.reason, ended.status, ended.cpu_seconds, ended.peak_memory)
    except Exception:
        log.failure("the end of a session or a job was not taken", session=ended.id)


def tell_died(died: Callable[[str], None], reason: str) -> None:
    """Tell that the launcher is over; what is raised about it is logged."""
    try:
        died(reason)
    except Exception:
        log.failure("what has to be done when the launcher ends was not done")
