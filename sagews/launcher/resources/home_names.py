"""What the name of a home says: whether its files are whole.

    <id>            whole: sessions and saves may have it
    partial-<id>    a job is laying files out in it, or did not end well: for such jobs only
    forgotten-…     on its way to be removed

The state is a name below the folder of homes, where no session can write, so that nobody can claim or deny it, and
because a rename is whole or not at all: whichever process is killed at whatever moment, a home that was not laid out
whole is never taken for a version of its workspace.
"""

from __future__ import annotations

import contextlib
import os

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
    """

    def __init__(self, base: int, owner: int | None) -> None:
        self._base = base
        self._owner = owner

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
            self._make(whole)
        return whole

    def _enter_to_lay_out(self, whole: str, partial: str, access: str) -> str:
        if self._is_there(whole):
            if access == FILL:
                raise SagewsError("home-whole")
            os.rename(whole, partial, src_dir_fd=self._base, dst_dir_fd=self._base)
        elif not self._is_there(partial):
            self._make(partial)
        return partial

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

    def _make(self, name: str) -> None:
        """Make an empty home. It has its owner before it has its name: a kill between never leaves one of root's."""
        new = f"{FORGOTTEN}new-{os.urandom(8).hex()}"
        os.mkdir(new, 0o700, dir_fd=self._base)
        if self._owner is not None:
            os.chown(new, self._owner, self._owner, dir_fd=self._base, follow_symlinks=False)
        os.rename(new, name, src_dir_fd=self._base, dst_dir_fd=self._base)
