"""What a daemon in the background would have written on its terminal: a file of text that rotates while it runs.

twistd makes its own file before the daemon gives its rights up. The service account may then write into it but not
rename it, so that it grows for ever; and twistd keeps every file that it has ever rotated.
"""

from __future__ import annotations

import os
from pathlib import Path

from twisted.logger import ILogObserver, textFileLogObserver
from twisted.python.logfile import LogFile

MOST_BYTES = 10 * 1024 * 1024
KEPT = 5


def terminal_log(path: Path, uid: int, gid: int, most_bytes: int = MOST_BYTES) -> ILogObserver:
    """Return an observer that writes into a file, which belongs to the account that the daemon becomes.

    Args:
        path: of the file; older ones have numbers behind it.
        uid: of that account.
        gid: of that account.
        most_bytes: when a file is rotated; five older ones are kept.
    """
    file = LogFile(path.name, str(path.parent), most_bytes, defaultMode=0o600, maxRotatedFiles=KEPT)
    if os.geteuid() == 0:
        os.chown(path, uid, gid)
    # It can write and flush, which is all that is asked of it.
    return textFileLogObserver(file)  # type: ignore[arg-type]
