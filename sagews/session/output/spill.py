"""The file in the home that takes the middle of a long output, bounded in size and in number.

It lives in the user's own home, within its quota, and the session itself writes it: nothing outside the jail opens it.
"""

from __future__ import annotations

import os

FOLDER = ".sagews/output"
MAX_FILE = 64 * 1024 * 1024
# The home's quota is the person's; old outputs go first.
MAX_FILES = 32


class SpillFile:
    """Takes bytes until the file is full or cannot be written; counts what it had to drop.

    Args:
        home: the folder of the user's files.
        run: the run's id, a UUID (it becomes the file's name).
        limit: the largest size of the file in bytes.
    """

    def __init__(self, home: str, run: str, limit: int = MAX_FILE) -> None:
        self._home = home
        self._path = f"{FOLDER}/{run}.txt"
        self._room = self._limit = limit
        self._file: int | None = None
        self._failed = False
        self.dropped = 0

    def write(self, data: bytes) -> None:
        """Append bytes; what does not fit is dropped and counted."""
        try:
            written = self._append(data[: self._room])
        except OSError:
            self._failed, written = True, 0
        self._room -= written
        self.dropped += len(data) - written

    def begin_anew(self) -> None:
        """Forget what was written: the output that it was the middle of is gone."""
        self._room, self.dropped = self._limit, 0
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)

    def close(self) -> str:
        """Close the file and return its path relative to the home, "" when there is none."""
        if self._file is None:
            return ""
        os.close(self._file)
        self._file = None
        return self._path

    def _append(self, data: bytes) -> int:
        if self._failed or not data:
            return 0
        if self._file is None:
            self._file = self._open()
        written = 0
        while written < len(data):
            written += os.write(self._file, data[written:])
        return written

    def _open(self) -> int:
        folder = os.path.join(self._home, FOLDER)
        os.makedirs(folder, exist_ok=True)
        _forget_oldest(folder)
        return os.open(
            os.path.join(self._home, self._path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644
        )


def _forget_oldest(folder: str) -> None:
    """Keep the newest files only, so that floods don't fill the home."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.is_file(follow_symlinks=False)]
    ages = sorted(files, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime)
    for entry in ages[: max(0, len(ages) - MAX_FILES + 1)]:
        os.unlink(entry.path)
