"""The files that a cell wrote in its folder, shown below its output: no cell has to say that it has one to give.

Found by looking at the folder once when a cell is over: names, sizes and times of a bounded number of entries. Folders
in it are not looked into, links not followed, hidden files and worksheets left out.
"""

from __future__ import annotations

import functools
import json
import os
import stat
import time

from sagews.session.display.displayhook import stage
from sagews.wire.session.checks import UNFIT

FILES = "text/vnd.sagews.files"
# Looking at so many takes a millisecond; in a folder with more, nobody misses a link.
MAX_ENTRIES = 1000
MAX_FILES = 50
# The kernel's clock for files ticks every four milliseconds, and may lag behind the one that we read.
LAG = 10_000_000
_OWN = (".sage.md",)


class WrittenFiles:
    """What lies in the folder of the session, as it was seen last."""

    def __init__(self) -> None:
        self._since = 0
        self._known: dict[str, tuple[int, int, int, int]] = {}

    def begin(self) -> None:
        """Learn that a cell begins."""
        self._since = time.time_ns() - LAG

    def show(self) -> None:
        """Show what was written since then."""
        found = self._found()
        if found:
            names = [UNFIT.sub("\ufffd", path) for path, _ in found[:MAX_FILES]]
            entries = [{"path": name, "size": size} for name, (_, size) in zip(names, found, strict=False)]
            text = ", ".join(names)
            data = json.dumps({"files": entries, "more": len(found) - len(entries)}, ensure_ascii=False)
            stage.publish({FILES: data, "text/plain": f"Files: {text}"}, {})

    def _found(self) -> list[tuple[str, int]]:
        try:
            # Most cells write nothing: where they are is asked behind that.
            found = self._written()
            if not found:
                return []
            # In a folder deeper than a path may be long getcwd() would walk up through every one above it, for minutes.
            inside = _inside(os.readlink("/proc/self/cwd"), os.path.expanduser("~"))
        except OSError:
            # The cell removed its own folder.
            return []
        # Outside of the home there is nothing that anybody could be given.
        if inside.startswith(".") and inside != ".":
            return []
        return [(name if inside == "." else f"{inside}/{name}", size) for name, size in sorted(found)]

    def _written(self) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        before, self._known = self._known, {}
        with os.scandir(".") as entries:
            for number, entry in enumerate(entries):
                if number >= MAX_ENTRIES:
                    return []
                if entry.name.startswith(".") or entry.name.endswith(_OWN):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    # A file that a thread makes and removes hides none of the others.
                    continue
                if status.st_mtime_ns < self._since or not stat.S_ISREG(status.st_mode):
                    continue
                # Of another folder a file of this name is another one.
                seen = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
                self._known[entry.name] = seen
                # Two cells within the clock's lag: what the first one wrote is the first one's.
                if before.get(entry.name) != seen:
                    found.append((entry.name, status.st_size))
        return found


@functools.lru_cache(maxsize=16)
def _inside(folder: str, home: str) -> str:
    """Return a folder as it is named from the home. Cells rarely go to another, and each link on the way is a call."""
    return os.path.relpath(folder, os.path.realpath(home))


written_files = WrittenFiles()
