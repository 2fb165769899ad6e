"""The scripts that draw figures, which libraries bring along: kept once in the home, and named by their content.

A figure names its scripts by their SHA-256, which the page compares before it gives them to a frame. They lie in the
person's own home, compressed, within its quota, and the session writes them: nothing outside of a jail opens them.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Callable

from sagews.wire.jobs import SCRIPTS

MAX_SCRIPTS = 16
"""How many are kept; what was used longest ago goes first. Figures of all libraries together need about eight."""
MAX_BYTES = 32 * 1024 * 1024
"""Of one script. The page reads no more."""
_LEVEL = 6
_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")


def keep(key: str, make: Callable[[], str]) -> str:
    """Keep a script and return its SHA-256, 64 hexadecimal digits.

    Args:
        key: says which script it is, with its version: by it the file is found again, by later sessions too.
        make: returns the script, when it is not there.

    Raises:
        OSError: it can't be written.
        ValueError: the key is no name of a file, or the script is too large.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"no name of a script: {key!r}")
    folder = os.path.join(os.path.expanduser("~"), SCRIPTS)
    found = _found(folder, key)
    return found if found is not None else _put(folder, key, make())


def _found(folder: str, key: str) -> str | None:
    """Return what is kept under a key, and note that it is used."""
    try:
        name = os.readlink(os.path.join(folder, key))
        os.utime(os.path.join(folder, name))
    except OSError:
        return None
    found = re.fullmatch(r"([0-9a-f]{64})\.js\.gz", name)
    return None if found is None else found[1]


def _put(folder: str, key: str, script: str) -> str:
    data = script.encode("utf-8", "replace")
    if len(data) > MAX_BYTES:
        raise ValueError(f"the script {key} is too large")
    name = hashlib.sha256(data).hexdigest()
    os.makedirs(folder, exist_ok=True)
    _forget_oldest(folder)
    packed = gzip.compress(data, _LEVEL)
    # Numbers of processes are those of one session: others of this home have the same ones.
    own = tempfile.mkdtemp(suffix=".part", dir=folder)
    beside = os.path.join(own, "script")
    try:
        with open(beside, "wb") as file:
            file.write(packed)
        # As a whole: another session of this home may read it meanwhile.
        os.replace(beside, os.path.join(folder, f"{name}.js.gz"))
        os.symlink(f"{name}.js.gz", beside)
        os.replace(beside, os.path.join(folder, key))
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        with contextlib.suppress(OSError):
            os.rmdir(own)
    return name


def _forget_oldest(folder: str) -> None:
    """Leave room for one more, and remove names of what is gone; another session of this home may do the same."""
    with os.scandir(folder) as entries:
        found = list(entries)
    keys = [entry.path for entry in found if entry.is_symlink()]
    ages = sorted((_age(entry.path), entry.path) for entry in found if entry.is_file(follow_symlinks=False))
    gone = [path for _, path in ages[: max(0, len(ages) - MAX_SCRIPTS + 1)]]
    for path in [*gone, *(key for key in keys if not os.path.exists(key))]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _age(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except FileNotFoundError:
        return 0.0
