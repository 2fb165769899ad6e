"""Files that only their owner may read: keys, passwords, tokens, what the launcher may do."""

from __future__ import annotations

import os
from pathlib import Path

from sagews.errors import SagewsError
from sagews.model.identifiers import new_id

Owner = tuple[int, int]


def write_private(path: Path, content: bytes, owner: Owner | None = None, *, make_folder: bool = False) -> None:
    """Write a file whole or not at all, readable by its owner alone from its first moment.

    Args:
        path: of the file; one that is there is replaced.
        content: what it is to hold.
        owner: user and group that it is given to, where we are root; None leaves it ours.
        make_folder: make the folders above it too, of mode 0700.

    Raises:
        SagewsError: `configuration` when it can't be written.
    """
    # Under a name of its own first: whoever reads the old file, or comes after a kill, never sees half of the new one.
    fresh = path.with_name(f".{path.name}.{new_id()}")
    try:
        if make_folder:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            if owner is not None and os.geteuid() == 0:
                os.fchown(descriptor, *owner)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
    except OSError as error:
        raise SagewsError("configuration", reason=f"{path} can't be written: {error.strerror}.") from None
