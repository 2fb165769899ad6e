"""What a daemon in the background would have written on its terminal: a file of text that rotates while it runs.

twistd makes its own file before the daemon gives its rights up. The service account may then write into it but not
rename it, so that it grows for ever; and twistd keeps every file that it has ever rotated.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from twisted.logger import ILogObserver, textFileLogObserver
from twisted.python.logfile import LogFile

MOST_BYTES = 10 * 1024 * 1024
KEPT = 5


@dataclass(frozen=True, slots=True)
class TerminalLog:
    """Where the file lies.

    Attributes:
        path: of the file; older ones have numbers behind it.
        uid: of the account that the daemon becomes.
        gid: of that account.
        most_bytes: when a file is rotated; five older ones are kept.
    """

    path: Path
    uid: int
    gid: int
    most_bytes: int = MOST_BYTES

    def open(self) -> ILogObserver:
        """Return an observer that writes into the file, which belongs to the account from the beginning."""
        name, folder = self.path.name, str(self.path.parent)
        file = LogFile(name, folder, self.most_bytes, defaultMode=0o600, maxRotatedFiles=KEPT)
        if os.geteuid() == 0:
            os.chown(self.path, self.uid, self.gid)
        # It can write and flush, which is all that is asked of it.
        return textFileLogObserver(file)  # type: ignore[arg-type]


# twistd takes the name of a function without arguments and nothing else, so what it has to know waits here.
_chosen: list[TerminalLog] = []


def choose(log: TerminalLog) -> str:
    """Keep what twistd shall write into, and return the name for its option `--logger`."""
    _chosen[:] = [log]
    return f"{__name__}.{open_chosen.__name__}"


def open_chosen() -> ILogObserver:
    """Return the observer of the log that was chosen."""
    return _chosen[0].open()
