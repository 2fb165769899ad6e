"""Whose the homes are and what they held when they were last seen: written down, for a launcher that is started anew.

It would else know of those alone that somebody uses again, and whoever keeps most of the disk in homes that rest would
count as somebody who keeps nothing. The file lies in the folder of homes, where no session can write.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagews.errors import SagewsError
from sagews.model.identifiers import parse_id

NAME = "known-homes.json"
MOST_BYTES = 64 * 2**20
MOST_USED = 2**60


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home.

    Attributes:
        owner: the account, or the workspace itself where that was never told.
        used: bytes that it held.
    """

    owner: str
    used: int


def load(folder: Path) -> dict[str, KnownHome]:
    """Return the homes that were written down, by workspace; none if there is no file, or it is damaged."""
    try:
        with open(folder / NAME, "rb") as file:
            stored = json.loads(file.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(stored, dict):
        return {}
    found: dict[str, KnownHome] = {}
    for workspace, entry in stored.items():
        # Whoever was stopped in the midst of something else than this may have left anything.
        with contextlib.suppress(SagewsError):
            found[parse_id(workspace, "workspace")] = _home(entry)
    return found


def _home(entry: object) -> KnownHome:
    owner, used = entry if isinstance(entry, list) and len(entry) == 2 else (None, None)
    if isinstance(used, bool) or not isinstance(used, int) or not 0 <= used < MOST_USED:
        raise SagewsError("bad-value", field="used", reason="it is no size")
    return KnownHome(parse_id(owner, "owner"), used)


def save(folder: Path, homes: Mapping[str, KnownHome]) -> None:
    """Write homes down, whole or not at all; raises OSError."""
    new = folder / f"{NAME}.new"
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
            json.dump({workspace: [home.owner, home.used] for workspace, home in homes.items()}, file)
        os.replace(new, folder / NAME)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
