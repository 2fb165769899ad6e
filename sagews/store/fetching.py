"""Large byte strings come out of the database a part in each row, and everybody else has turns while they are joined.

What has come of a result is C's; only as Python's bytes do rows cost time, all of them at once unless they are taken
one by one.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sagews.net.background import sleep
from sagews.store.arrays import PART


async def fetch_joined(clock: IReactorTime, cursor: Any) -> list[tuple[Any, ...]]:
    """Return the rows of an executed cursor, each of a key, a part of a byte string and more.

    Rows of one key, which follow one another, become one row with the parts joined and the rest of the first of them.
    """
    found: list[tuple[Any, ...]] = []
    # Grown in place, and handed out without a copy.
    whole, first, taken = BytesIO(), None, 0
    while row := cursor.fetchone():
        if first is None or first[0] != row[0]:
            if first is not None:
                found.append((first[0], whole.getvalue(), *first[2:]))
                whole = BytesIO()
            first = row
        taken += whole.write(row[1])
        if taken >= PART:
            taken = 0
            await sleep(clock, 0)
    if first is not None:
        found.append((first[0], whole.getvalue(), *first[2:]))
    return found
