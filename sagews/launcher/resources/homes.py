"""Homes of workspaces on this machine: opened by id beneath one folder, shown to each session as its own files.

A home is a file system of its own in a file where the machine allows it (disk/home_images.py), else a plain folder; one
that was begun as a folder stays one until it is removed.

On disk everything belongs to one storage uid; an idmapped mount shows it as the session's. Nothing here looks into a
home: not a name, a link or a mode of a user's files is ever read by the launcher. What the names of homes mean is said
in home_names.py.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from sagews.errors import SagewsError
from sagews.kernel import calls
from sagews.kernel.packets import close_all
from sagews.kernel.pipes import pipe
from sagews.launcher import errands
from sagews.launcher.disk import home_images
from sagews.launcher.disk.home_images import HomeImages
from sagews.launcher.disk.home_meter import HomeMeter
from sagews.launcher.disk.metered_home import MeteredHome
from sagews.launcher.disk.mounted_image import MountedImage
from sagews.launcher.loop import EventLoop
from sagews.launcher.resources.home_names import HomeNames
from sagews.wire.launcher import READ

_ATTRIBUTES = calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV
# Empty files cost kernel memory and no bytes of the size: without a count of their own they have no end.
_INODES_PER_MEGABYTE = 64


class Homes:
    """The folder of homes.

    Args:
        base: its path, created with mode 0700 if need be.
        storage: uid and gid that own the files on disk.
        is_root: whether the storage uid is another one than ours.
        mapped: whether sessions have uids of their own, so that mounts need a map of owners.

    Attributes:
        takes_new: whether there is room for homes that are not there yet.
    """

    def __init__(self, base: Path, storage: int, *, is_root: bool, mapped: bool) -> None:
        # Nobody but us may so much as look a home up by its name.
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = base
        self._storage = storage
        self._is_root = is_root
        self._mapped = mapped
        self.takes_new = True
        self._images: HomeImages | None = None
        self._points: dict[str, Path | None] = {}
        self._owners: dict[str, str] = {}
        self._meter = HomeMeter(storage if is_root else None, self._open_folder)

    @cached_property
    def _base(self) -> int:
        """The folder, opened where it is first used: a mount can only be cloned in its own mount namespace."""
        return os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    @cached_property
    def names(self) -> HomeNames:
        """The homes by name."""
        return HomeNames(self._base, self._storage if self._is_root else None)

    def use_images(self, size: int, loop: EventLoop, told: errands.Told) -> None:
        """Let new homes be file systems of a size in bytes, if this machine can; tell 0 or the system's error.

        Called before anything else, in the mount namespace in which homes are mounted.
        """
        if not self._is_root:
            told(errno.EPERM)
            return
        images = HomeImages(self._path, self._storage, size, loop)

        def tried(status: int) -> None:
            # Whoever begins meanwhile is told.
            if status in (0, *home_images.PASSING):
                self._images = images
                self.names.take = images.take
            told(status)

        try:
            images.begin(tried)
        except OSError as error:
            told(error.errno or errno.EIO)

    def watched(self) -> Mapping[str, MountedImage | MeteredHome]:
        """Return the homes of which it is known what they hold, by workspace."""
        return {**(self._images.mounted if self._images is not None else {}), **self._meter.homes}

    def measure(self, loop: EventLoop, is_used: Callable[[str], bool], is_over: Callable[[str], None]) -> None:
        """Measure those that are folders and in use, where they are due; tell of each that holds too much."""
        self._meter.look(loop, is_used, is_over)

    def resize(self, workspace: str, size: int) -> None:
        """Let a workspace's home, which is whole, hold so many bytes from now on."""
        if self._images is not None and self._is_image(workspace):
            self._images.resize(workspace, size)
        else:
            self._meter.enter(workspace, size)

    def owner(self, workspace: str) -> str:
        """Return the account that owns a workspace's home; until a session told that, the home is its own."""
        return self._owners.get(workspace, workspace)

    def belongs(self, workspace: str, owner: str | None) -> None:
        """Learn which account owns a workspace's home, if that is known."""
        if owner is not None:
            self._owners[workspace] = owner

    def let_rest(self, is_used: Callable[[str], bool]) -> None:
        """Unmount the homes that were not used since this was last asked."""
        if self._images is not None:
            self._images.let_rest(is_used)

    def prepare(self, workspace: str, access: str, told: errands.Told) -> None:
        """Have at hand what `mount` needs; tell 0, at once or later, or the number of the system's error."""
        name = self.names.find(workspace)
        if name is None and access != READ and not self.takes_new:
            told(errno.ENOSPC)
        elif self._images is None:
            told(0)
        elif name is None and access != READ:
            self._images.reserve(workspace, told)
        elif name is not None and self._is_image(name):
            self._images.open(workspace, name, told)
        else:
            told(0)

    def not_needed(self, workspace: str) -> None:
        """Learn that what was prepared for a workspace is not going to be used."""
        if self._images is not None:
            self._images.give_back(workspace)

    def _is_image(self, name: str) -> bool:
        return stat.S_ISREG(os.lstat(name, dir_fd=self._base).st_mode)

    def mount(self, workspace: str, user_namespace: int, access: str) -> int:
        """Return a detached mount of a workspace's home.

        Args:
            workspace: its UUID.
            user_namespace: what owner_map returned for the session's uid; unused without root.
            access: what it is for; with READ nothing can be written.

        Raises:
            OSError: when the home is not a plain folder of ours, or the kernel refuses.
            SagewsError: `home-image` for an image where none can be mounted; see HomeNames.enter.
        """
        found = self.names.find(workspace)
        if self._images is None and found is not None and self._is_image(found):
            raise SagewsError("home-image")
        # By descriptor from here on: a path could be another folder by the time that it is mounted.
        descriptor = self._open(self.names.enter(workspace, access), workspace)
        try:
            # A clone that hangs nowhere: only who is handed the descriptor can attach it, and a crash leaves nothing
            # mounted.
            mount = calls.open_tree(descriptor)
        finally:
            os.close(descriptor)
        attributes = _ATTRIBUTES | (calls.MOUNT_ATTR_RDONLY if access == READ else 0)
        if self._mapped:
            calls.set_mount_attributes(mount, attributes | calls.MOUNT_ATTR_IDMAP, user_namespace)
        else:
            calls.set_mount_attributes(mount, attributes)
        return mount

    def _open_folder(self, workspace: str) -> int:
        return calls.open_beneath(self._base, workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)

    def _open(self, name: str, workspace: str) -> int:
        if self._images is not None and self._is_image(name):
            return self._images.root(workspace)
        # Its owner may have closed it even to himself; saving it and removing it must go on.
        if os.lstat(name, dir_fd=self._base).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(name, 0o700, dir_fd=self._base)
        return calls.open_beneath(self._base, name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)

    def set_aside(self, workspace: str) -> str | None:
        """Rename a home out of the way, at once and for good; return its new name, or None if there is none."""
        aside = self.names.set_aside(workspace)
        self._owners.pop(workspace, None)
        self._meter.leave(workspace)
        if self._images is not None:
            point = self._images.leave(workspace)
            if aside is not None:
                self._points[aside] = point
        return aside

    def remove(self, aside: str) -> int:
        """Start the removal of a home that was set aside and return its process's pid, for the caller to reap.

        What removes a folder has the storage uid, no rights, and sees the one folder only by its descriptor. An image
        is removed whole, without a look into it.
        """
        point = self._points.pop(aside, None)
        if self._is_image(aside):
            folder = self._base
            return errands.begin(lambda: home_images.remove(folder, aside, point))
        return errands.begin(lambda: self._remove(aside))

    def _remove(self, aside: str) -> None:
        # Its owner may have taken every right from it.
        os.chmod(aside, 0o700, dir_fd=self._base)
        descriptor = calls.open_beneath(self._base, aside, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        worker = os.fork()
        if worker == 0:
            # It walks through files that a stranger laid out, so it has nothing that could be stolen: no socket, no
            # right, one folder.
            calls.close_all_but((descriptor,))
            if self._is_root:
                os.setgroups([])
                os.setresgid(self._storage, self._storage, self._storage)
                os.setresuid(self._storage, self._storage, self._storage)
            calls.set_capabilities(frozenset())
            calls.set_no_new_privileges()
            empty(descriptor)
            os._exit(0)
        if os.waitpid(worker, 0)[1] != 0:
            raise OSError(errno.ENOTEMPTY, "the home could not be emptied")
        os.rmdir(aside, dir_fd=self._base)


def empty(folder: int) -> None:
    """Remove everything in a folder, however deep and whatever its modes, without following links.

    A folder in a folder is first moved up to the top, so that no depth exhausts memory or descriptors.
    """
    # Again until it is empty: lifting adds to it what was deeper.
    while True:
        with os.scandir(folder) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        if not names:
            return
        for name, is_folder in names:
            if is_folder:
                _lift(folder, name)
            else:
                os.unlink(name, dir_fd=folder)


def _lift(top: int, name: str) -> None:
    """Remove one folder after moving its folders up to the top and removing its files."""
    os.chmod(name, 0o700, dir_fd=top)
    inner = calls.open_beneath(top, name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(inner) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for child, is_folder in found:
            if is_folder:
                os.chmod(child, 0o700, dir_fd=inner)
                os.rename(child, f".lifted-{os.urandom(8).hex()}", src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(child, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def refuses_maps(base: Path, storage: int, uid: int) -> str:
    """Return why mounts below a folder can't map owners, or "" if they can: not every file system does."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        user_namespace = owner_map(storage, uid)
        folder = os.open(base, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        mount = calls.open_tree(folder)
        close_all([folder])
        try:
            calls.set_mount_attributes(mount, _ATTRIBUTES | calls.MOUNT_ATTR_IDMAP, user_namespace)
        finally:
            close_all([mount, user_namespace])
    except OSError as error:
        return str(error)
    return ""


def temporary_home(size: int, uid: int, gid: int) -> int:
    """Return a detached, private file system in memory of a size in bytes, owned by a session."""
    inodes = max(1000, size // 2**20 * _INODES_PER_MEGABYTE)
    return calls.new_file_system("tmpfs", _ATTRIBUTES, size=size, nr_inodes=inodes, mode="0700", uid=uid, gid=gid)


def owner_map(storage: int, uid: int) -> int:
    """Return a user namespace that shows the storage uid's and gid's files as a session's.

    It takes a process of its own for a moment, so it is made before the session is asked for.
    """
    with ExitStack() as opened:
        ready, tell_ready = pipe(opened)
        done, tell_done = pipe(opened)
        pid = os.fork()
        if pid == 0:
            try:
                calls.unshare(calls.CLONE_NEWUSER)
                tell_ready.write(b".")
                tell_done.close()
                done.read(1)
            finally:
                os._exit(0)
        try:
            tell_ready.close()
            if not ready.read(1):
                raise OSError("no user namespace can be made")
            for kind in ("uid_map", "gid_map"):
                with open(f"/proc/{pid}/{kind}", "w", encoding="ascii") as stream:
                    stream.write(f"{storage} {uid} 1\n")
            return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            # The process ends when it finds its pipe closed.
            opened.close()
            os.waitpid(pid, 0)
