"""Which autosaves stay: all of the last day, then fewer the older they are; and which go to make room.

Each holds everything since the newest version of `main` by itself (steps.py), so any of them can go without another
one lacking anything. What people meant to keep is not asked about here: it is on `main`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sagews.model.history import StoredAutosave

HOUR, DAY = 3_600, 86_400
# Until this age, in seconds: the last one of each so many seconds stays.
STEPS = ((7 * DAY, HOUR), (30 * DAY, DAY))
LAST_STEP = 7 * DAY
# A bundle is deleted with all of its pages: so much goes in a fraction of the time that a statement has.
PART_BYTES = 64 * 1024 * 1024
PART_COUNT = 100


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


def to_make_room(autosaves: Iterable[StoredAutosave], lacking: int) -> Sequence[StoredAutosave] | None:
    """Return the first of these that have so many bytes together; None when all of them have not."""
    found: list[StoredAutosave] = []
    for autosave in autosaves:
        if lacking <= 0:
            break
        found.append(autosave)
        lacking -= autosave.size
    return None if lacking > 0 else found


def in_parts(autosaves: Iterable[StoredAutosave]) -> Iterator[Sequence[str]]:
    """Yield the commits that one statement may remove: at least one, then about 64 MiB, at most a hundred."""
    part: list[str] = []
    size = 0
    for autosave in autosaves:
        if part and (size + autosave.size > PART_BYTES or len(part) == PART_COUNT):
            yield part
            part, size = [], 0
        part.append(autosave.commit)
        size += autosave.size
    if part:
        yield part
