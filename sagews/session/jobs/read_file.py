"""Reads a part of a file of a home for a page: of what people may see, and nothing that a link leads to.

What begins with a dot is a person's own (keys, passwords of programs) and is not read, though those who may see the
workspace may see the rest; but for long outputs and the scripts of figures, which are shown on the page.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sagews.session.jobs.repository.names import parts_of
from sagews.wire.jobs import OUTPUTS, SCRIPTS, ReadAnswer, ReadRequest

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe or a device is not waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "read"."""
    request = ReadRequest.from_bytes(data)
    try:
        number = _open(request.path, home)
    except OSError:
        return ReadAnswer(None, b"").to_bytes()
    if number is None:
        return ReadAnswer(None, b"").to_bytes()
    with open(number, "rb") as file:
        size = os.fstat(number).st_size
        file.seek(request.offset)
        return ReadAnswer(size, file.read(request.length)).to_bytes()


def is_open(path: str) -> bool:
    """Whether a path names what those may see who may see the workspace."""
    parts = parts_of(path)
    if parts is None:
        return False
    return path.startswith((OUTPUTS, SCRIPTS)) or not any(part.startswith(".") for part in parts)


def _open(path: str, home: Path) -> int | None:
    """Return a descriptor of a regular file, opened without following links; None for anything else."""
    if not is_open(path):
        return None
    *folders, name = path.split("/")
    here = os.open(home, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=here)
            os.close(here)
            here = inner
        number = os.open(name, _FILE, dir_fd=here)
    finally:
        os.close(here)
    if stat.S_ISREG(os.fstat(number).st_mode):
        return number
    os.close(number)
    return None
