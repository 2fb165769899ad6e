"""Waits for what comes, however long a busy machine takes; the test's own time limit ends what never comes.

A test that something does *not* come asks for an event behind which it would have come already: time proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet import reactor
from twisted.internet.task import deferLater

LOOK_SECONDS = 0.01


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds that no event tells of."""
    while not condition():
        await deferLater(reactor, LOOK_SECONDS)  # type: ignore[arg-type]
