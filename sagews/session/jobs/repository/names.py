"""Which names a saved tree may hold: none that some git, on some file system, takes for its own."""

from __future__ import annotations

import re

MAX_NAME = 255
MAX_PATH = 1024
MAX_DEPTH = 40
OWN_FOLDERS = frozenset({".sagews", ".cache", ".sage"})
"""Folders at the top of a home that belong to the sessions and are not saved."""
STAGE_PREFIX = ".sagews-laying-"
"""At the top of a home: what is being laid out, until it is moved to its places. Not saved either."""

_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_PARTS = re.compile(r"[\\:]")
_GIT_OWN = re.compile(
    r"\.git|\.gitmodules|git~[0-9]+|gitmod~[0-9]+|gi7eb[a-f0-9]*~[0-9]+|gitatt~[0-9]+|gi7d29[a-f0-9]*~[0-9]+"
)


def is_gits_own(name: str) -> bool:
    """Whether git could take this name for a repository or for settings of modules, in any of its spellings."""
    plain = _IGNORABLE.sub("", name).lower()
    return any(_GIT_OWN.fullmatch(part.rstrip(" .")) for part in _PARTS.split(plain))


def is_safe(name: str) -> bool:
    """Whether a name can be one component of a path in a saved tree."""
    if (
        name in ("", ".", "..")
        or "/" in name
        or "\x00" in name
        or len(name.encode("utf-8", "surrogateescape")) > MAX_NAME
    ):
        return False
    return not is_gits_own(name)


def parts_of(path: str) -> list[str] | None:
    """Return the components of a path within a home; None if any is not safe."""
    parts = path.split("/")
    if len(parts) > MAX_DEPTH or len(path) > MAX_PATH or not all(is_safe(part) for part in parts):
        return None
    return parts


def is_own(path: str) -> bool:
    """Whether a path in a home is ours, with all that is below it."""
    return path in OWN_FOLDERS or (path.startswith(STAGE_PREFIX) and "/" not in path)
