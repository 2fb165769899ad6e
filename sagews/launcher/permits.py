"""What a launcher may do at most: read from a file that the daemon can't write.

JSON, owned by root (without root: by the user), not writable by group or others, absolute paths only:

    {"homes": "/var/lib/sagews/homes", "package": "/opt/sagews/lib/python3.11/site-packages/sagews",
     "flavours": {"python": "/opt/sagews/python/bin/python"}, "uids": [200000, 200999], "minimum": "namespaces",
     "sessions": 200, "disk": {"images": true, "reserve": 0, "homes": 0}, "limits": {"memory": 2147483648,
     "processes": 64, "file": 268435456, "home": 1073741824, "cpu_seconds": 86400, "disk": 2147483648}}

The first uid owns the files of every workspace on disk, the last one is the zygotes' outside of their user namespaces,
those between are lent to sessions, one each. What the daemon asks for later can only stay below all this.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagews.errors import SagewsError
from sagews.launcher.disk.pressure import DiskBounds
from sagews.model.sessions import Isolation, Limits
from sagews.wire.fields import Fields
from sagews.wire.homes import MAX_SIZE
from sagews.wire.launcher import FLAVOUR_PATTERN, LEVELS, MAX_POOL

MAX_FILE = 64 * 1024
# Below 1000 are the system's own accounts; a pool that reached them would lend root's or the daemon's uid to a session.
LEAST_UID, GREATEST_UID = 1000, 2**31
MAX_UIDS = 65_536
MAX_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class Permits:
    """The launcher's bounds.

    Attributes:
        homes: folder with one folder per workspace, named by its UUID.
        package: folder of the sagews package that zygotes and jobs run.
        flavours: the session interpreter (an executable in its virtual environment) of each flavour.
        uids: first and last uid of the pool; unused without root.
        minimum: the least level of isolation.
        sessions: sessions at one time; jobs are counted apart.
        limits: the most that a session may be given.
        images: whether homes are to be file systems of their own, where the machine can have them.
        disk: what homes must leave.
    """

    homes: Path
    package: Path
    flavours: Mapping[str, Path]
    uids: tuple[int, int]
    minimum: Isolation
    sessions: int
    limits: Limits
    images: bool
    disk: DiskBounds

    def exceeded(self, limits: Limits) -> str | None:
        """Return the name of a limit that is above this file's, or None."""
        for name in Limits.__dataclass_fields__:
            most, asked = getattr(self.limits, name), getattr(limits, name)
            # Zero means "without limit" to some of the kernel's limits.
            if asked > most or asked < 1:
                return name
        return None


def load(path: Path, owner: int) -> Permits:
    """Read the file.

    Args:
        path: where it lies.
        owner: the uid that has to own it.

    Raises:
        SagewsError: `configuration` if it is too open, unreadable or out of form.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SagewsError("configuration", reason=f"The launcher can't read {path}: {error.strerror}.") from error
    # Owner and mode are asked of what was opened: a path could be another file by the time that it is read.
    with open(descriptor, "rb") as stream:
        require_closed(os.fstat(descriptor), owner, path)
        text = stream.read(MAX_FILE + 1)
    try:
        return _parse(text)
    except SagewsError as error:
        raise SagewsError("configuration", reason=f"{path}: {error}") from error


def require_closed(status: os.stat_result, owner: int, path: Path) -> None:
    """Raise `configuration` unless a file or folder belongs to its owner (or root) and only they can write it."""
    # Root may always change it, so root as the owner takes nothing away.
    if status.st_uid not in (owner, 0):
        advice = f"Give it to uid {owner}: chown {owner} {path}"
    elif status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        advice = f"Run: chmod go-w {path}"
    else:
        return
    raise SagewsError("configuration", reason=f"Others than the launcher's owner can change {path}. {advice}")


def require_closed_code(permits: Permits, owner: int) -> None:
    """Raise `configuration` unless the code that runs with the launcher's rights can't be changed by others.

    Args:
        permits: name the package.
        owner: the launcher's uid.
    """
    for name in ("", "launcher", "session", "kernel", "wire", "model"):
        folder = permits.package / name
        # The package's own folder holds folders that never run with these rights; the others are looked at whole.
        inside = folder.rglob("*") if name else folder.glob("*.py")
        for path in (folder, *(path for path in inside if path.suffix == ".py" or path.is_dir())):
            require_closed(path.stat(), owner, path)


def _parse(text: bytes) -> Permits:
    fields = Fields.of(text, MAX_FILE)
    flavours = {
        fields.matched("flavours", name, FLAVOUR_PATTERN): _absolute(fields, "flavours", path)
        for name, path in fields.mapping("flavours", MAX_POOL).items()
    }
    disk = Fields(fields.mapping("disk", 3))
    permits = Permits(
        homes=_absolute(fields, "homes", fields.take("homes")),
        package=_absolute(fields, "package", fields.take("package")),
        flavours=flavours,
        uids=_uids(fields),
        minimum=Isolation(fields.choice("minimum", LEVELS)),
        sessions=fields.integer("sessions", 1, MAX_SESSIONS),
        limits=_limits(fields),
        images=disk.boolean("images"),
        disk=DiskBounds(disk.integer("reserve", 0, MAX_SIZE), disk.integer("homes", 0, MAX_SIZE)),
    )
    disk.finish()
    fields.finish()
    return permits


def _absolute(fields: Fields, name: str, value: object) -> Path:
    path = Path(fields.short(name, value, 4000))
    if not path.is_absolute() or ".." in path.parts:
        raise SagewsError("bad-value", field=name, reason="it is not an absolute path")
    return path


def _uids(fields: Fields) -> tuple[int, int]:
    first, last = fields.sequence("uids", 2, least=2)
    first = fields.bounded("uids", first, LEAST_UID, GREATEST_UID)
    return first, fields.bounded("uids", last, first + 2, first + MAX_UIDS)


def _limits(fields: Fields) -> Limits:
    inner = Fields(fields.mapping("limits", len(Limits.__dataclass_fields__)))
    limits = Limits(**{name: inner.integer(name, 1, MAX_SIZE) for name in Limits.__dataclass_fields__})
    inner.finish()
    return limits
