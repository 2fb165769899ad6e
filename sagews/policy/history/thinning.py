"""Which autosaves stay: all of the last day, then fewer the older they are.

Each holds everything since the newest version of `main` by itself (steps.py), so any of them can go without another
one lacking anything. What people meant to keep is not asked about here: it is on `main`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

HOUR, DAY = 3_600, 86_400
# Until this age, in seconds: the last one of each so many seconds stays.
STEPS = ((7 * DAY, HOUR), (30 * DAY, DAY))
LAST_STEP = 7 * DAY


def superseded(autosaves: Iterable[tuple[str, datetime]], now: datetime) -> list[str]:
    """Return the autosaves that may go, oldest first: all but the last one of each hour, day or week by their age.

    The spans lie where the clock has them and not relative to now, so that what stays today stays until its step ends.

    Args:
        autosaves: of one workspace, id and time, oldest first.
        now: the time.
    """
    gone: list[str] = []
    last: tuple[int, int] | None = None
    for commit, time in reversed(list(autosaves)):
        age = (now - time).total_seconds()
        if age < DAY:
            continue
        span = next((span for most, span in STEPS if age < most), LAST_STEP)
        slot = (span, int(time.timestamp()) // span)
        if slot == last:
            gone.append(commit)
        last = slot
    return gone[::-1]
