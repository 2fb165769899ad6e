"""What the name of a home says: whether its files are whole.

    <id>            whole: sessions and saves may have it
    partial-<id>    a job is laying files out in it, or did not end well: for such jobs only
    forgotten-…     on its way to be removed

A home is a folder, or a file that holds a file system (disk/); of both the name says the same.

The state is a name below the folder of homes, where no session can write, so that nobody can claim or deny it, and
because a rename is whole or not at all: whichever process is killed at whatever moment, a home that was not laid out
whole is never taken for a version of its workspace.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from sagews.errors import SagewsError
from sagews.model.identifiers import parse_id
from sagews.wire.launcher import CHANGE, FILL, READ

PARTIAL = "partial-"
FORGOTTEN = "forgotten-"


class HomeNames:
    """The homes below one folder.

    Args:
        base: descriptor of the folder.
        owner: uid and gid of new homes; None: ours.

    Attributes:
        take: gives an empty home, made before, to a workspace under a name; None: new homes are plain folders.
    """

    def __init__(self, base: int, owner: int | None) -> None:
        self._base = base
        self._owner = owner
        self.take: Callable[[str, str], None] | None = None

    def enter(self, workspace: str, access: str) -> str:
        """Return the name under which a home is entered, made where the access allows it.

        Args:
            workspace: its UUID.
            access: SESSION begins an empty home where there is none; READ never does; FILL lays out one that is missing
                or partial; CHANGE lays out any. After FILL and CHANGE the home is partial until `settle`.

        Raises:
            SagewsError: `no-home` to read what is not there, `home-unfinished` for a partial one, `home-whole` to fill
                one that is whole.
            OSError: from the disk.
        """
        whole = parse_id(workspace, "workspace")
        partial = f"{PARTIAL}{whole}"
        if access in (FILL, CHANGE):
            return self._enter_to_lay_out(whole, partial, access)
        if not self._is_there(whole):
            if self._is_there(partial):
                raise SagewsError("home-unfinished")
            if access == READ:
                raise SagewsError("no-home")
            self._make(whole, whole)
        return whole

    def _enter_to_lay_out(self, whole: str, partial: str, access: str) -> str:
        if self._is_there(whole):
            if access == FILL:
                raise SagewsError("home-whole")
            os.rename(whole, partial, src_dir_fd=self._base, dst_dir_fd=self._base)
        elif not self._is_there(partial):
            self._make(partial, whole)
        return partial

    def find(self, workspace: str) -> str | None:
        """Return the name of a workspace's home, whole or partial, if there is one."""
        whole = parse_id(workspace, "workspace")
        return next((name for name in (whole, f"{PARTIAL}{whole}") if self._is_there(name)), None)

    def settle(self, workspace: str) -> None:
        """Note that a home was laid out whole; raises OSError."""
        whole = parse_id(workspace, "workspace")
        os.rename(f"{PARTIAL}{whole}", whole, src_dir_fd=self._base, dst_dir_fd=self._base)

    def set_aside(self, workspace: str) -> str | None:
        """Rename a home out of the way, at once and for good; return its new name, or None if there is none."""
        whole = parse_id(workspace, "workspace")
        aside = f"{FORGOTTEN}{whole}-{os.urandom(4).hex()}"
        for name in (whole, f"{PARTIAL}{whole}"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(name, aside, src_dir_fd=self._base, dst_dir_fd=self._base)
                return aside
        return None

    def left_over(self) -> list[str]:
        """Return the homes that were set aside and are not removed yet (from before a crash, for instance)."""
        return [name for name in os.listdir(self._base) if name.startswith(FORGOTTEN)]

    def _is_there(self, name: str) -> bool:
        try:
            os.lstat(name, dir_fd=self._base)
        except FileNotFoundError:
            return False
        return True

    def _make(self, name: str, workspace: str) -> None:
        """Make an empty home. It has its owner before it has its name: a kill between never leaves one of root's."""
        if self.take is not None:
            self.take(workspace, name)
            return
        new = f"{FORGOTTEN}new-{os.urandom(8).hex()}"
        os.mkdir(new, 0o700, dir_fd=self._base)
        if self._owner is not None:
            os.chown(new, self._owner, self._owner, dir_fd=self._base, follow_symlinks=False)
        os.rename(new, name, src_dir_fd=self._base, dst_dir_fd=self._base)
