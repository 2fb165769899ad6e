"""The data folder: who may read what in it, made right before privileges are dropped, and refused when it is too open.

Everything that is kept lies here. The folder itself can be entered by the service account and the storage accounts of
jails; each folder in it belongs to exactly one of them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from sagews.errors import SagewsError

PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie in the data folder."""

    base: Path

    @property
    def authority(self) -> Path:
        """The private CA and its key: root's (or the user's) alone."""
        return self.base / "authority"

    @property
    def keys(self) -> Path:
        """The daemon's certificates and keys."""
        return self.base / "keys"

    @property
    def postgres(self) -> Path:
        """The cluster."""
        return self.base / "postgres"

    @property
    def run(self) -> Path:
        """Pid files, the address file, sockets."""
        return self.base / "run"

    @property
    def logs(self) -> Path:
        """Log files and the shipper's offset in them."""
        return self.base / "logs"

    @property
    def launcher(self) -> Path:
        """Homes and what the launcher may do at most; root's."""
        return self.base / "launcher"

    @property
    def token(self) -> Path:
        """The personal token for the command line, readable by its owner (and root) alone."""
        return self.run / "token"

    @property
    def first_link(self) -> Path:
        """The first sign-in link, when there is no terminal to print it on."""
        return self.run / "first-link"

    @property
    def address(self) -> Path:
        """How the command line reaches the daemon."""
        return self.run / "address.json"

    @property
    def served_certificate(self) -> Path:
        """The site's certificate as it is served, by which the command line knows the daemon."""
        return self.run / "site.pem"


def prepare(layout: Layout, service: tuple[int, int]) -> None:
    """Make the folders, each for its owner alone.

    Args:
        layout: where they go.
        service: uid and gid of the service account.

    Raises:
        SagewsError: `configuration` when the data folder can't be made or belongs to somebody else.
    """
    root = os.geteuid() == 0
    own = (os.geteuid(), os.getegid())
    try:
        # Everybody may pass through, nobody may list it: session homes lie beneath.
        _folder(layout.base, own, 0o711)
        for path in (layout.authority, layout.launcher):
            _folder(path, own, 0o711 if path == layout.launcher else PRIVATE)
        for path in (layout.keys, layout.postgres, layout.run, layout.logs):
            _folder(path, service if root else own, PRIVATE)
    except OSError as error:
        reason = f"The data folder {layout.base} can't be used: {error.strerror} ({error.filename})."
        raise SagewsError("configuration", reason=reason) from None


def _folder(path: Path, owner: tuple[int, int], mode: int) -> None:
    # The umask may take bits away; the mode is set again below.
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    found = path.stat(follow_symlinks=False)
    # Of the path itself, not of where it leads: a link would have the next line give another folder away.
    if not stat.S_ISDIR(found.st_mode):
        raise SagewsError("configuration", reason=f"{path} has to be a folder, not a link. Move it away.")
    if found.st_uid not in (owner[0], os.geteuid()):
        reason = (
            f"{path} belongs to user {found.st_uid}, not to {owner[0]}. Give it back or choose another data folder."
        )
        raise SagewsError("configuration", reason=reason)
    if os.geteuid() == 0 and (found.st_uid, found.st_gid) != owner:
        os.chown(path, *owner, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def check_private(path: Path, owners: tuple[int, ...]) -> None:
    """Refuse a key, token or settings file with secrets that others could read or change.

    Raises:
        SagewsError: `configuration`, with the command that mends it.
    """
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077:
        raise SagewsError("configuration", reason=f"{path} is open to others. Close it: chmod 600 {path}")
    if found.st_uid not in owners:
        raise SagewsError("configuration", reason=f"{path} belongs to user {found.st_uid}, who should not have it.")


def lock_down(layout: Layout, service: tuple[int, int]) -> None:
    """Check every key, token and settings file that a start finds, before any of them is used."""
    owners = (os.geteuid(), service[0])
    candidates = [layout.token, layout.first_link]
    for folder in (layout.authority, layout.keys):
        candidates += sorted(folder.glob("*key*"))
    for path in candidates:
        check_private(path, owners)
