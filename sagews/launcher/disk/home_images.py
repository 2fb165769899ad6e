"""The homes that are file systems of their own: mounted before they are asked for, a few empty ones kept ready.

Making one and mounting it takes tens of milliseconds and may wait for the disk, so errands do it. Whoever begins in a
workspace is told when its home can be entered: at once where it is mounted, or where an empty one is ready.
All of it is mounted in the launcher's own namespace, so nothing of it outlives the launcher.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sagews.kernel import calls
from sagews.kernel.packets import close_all
from sagews.launcher import errands
from sagews.launcher.disk import images
from sagews.launcher.disk.mounted_image import MountedImage
from sagews.launcher.loop import EventLoop, Timer

SPARES = 4
"""Empty homes that are kept ready."""
AT_ONCE = 4
"""Empty homes that are made at one time."""
REFILL_SECONDS = 0.3
"""How long after one was taken the next is made: the first result comes first."""
RETRY_SECONDS = 5.0
PASSING = frozenset({errno.ENOSPC, errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""Errors that say nothing of the machine, only of this moment: images can be had later."""
DISK_TRIES = 3
DISK_SECONDS = 1.0
"""How often, and after which pause, it is tried where the disk gives an error: some pass, others stay."""
SPARE = "spare-"
_ROOM = "mounted"

Told = Callable[[int], None]
"""Is told 0 when a home can be entered, else the number of the system's error."""


@dataclass(eq=False, slots=True)
class _Opening:
    """A home that is being mounted.

    Attributes:
        told: who waits for it.
        void: whether the home was let go of meanwhile: what is mounted then is nobody's.
    """

    told: list[Told] = field(default_factory=list)
    void: bool = False


class HomeImages:
    """Images of homes below one folder.

    Args:
        base: the folder.
        storage: uid and gid that own homes.
        size: bytes that a home may hold.
        loop: tells when errands are over.
    """

    def __init__(self, base: Path, storage: int, size: int, loop: EventLoop) -> None:
        self._base = base
        self._storage = storage
        self._size = size
        self._loop = loop
        self._numbers = 0
        self._folder = -1
        self._mounted: dict[str, MountedImage] = {}
        self._spares: deque[MountedImage] = deque()
        self._reserved: dict[str, MountedImage] = {}
        self._opening: dict[str, _Opening] = {}
        self._wanted: deque[tuple[str, Told]] = deque()
        self._unused: set[str] = set()
        self._making = 0
        self._has_template = False
        self._lacks = errno.ENOSPC
        self._refill: Timer | None = None

    # ------------------------------------------------------------------------------------- its beginning

    def begin(self, told: Told) -> None:
        """Find out whether this machine can have images, by making the first; tell 0 or why not.

        One of PASSING is told while they can't be had yet; it is tried again then until they can.
        Called in the mount namespace in which they are to be mounted.

        Raises:
            OSError: when nothing can be mounted here.
        """
        room = self._room
        room.mkdir(mode=0o700, exist_ok=True)
        mount = calls.new_file_system(
            "tmpfs", calls.MOUNT_ATTR_NOSUID | calls.MOUNT_ATTR_NODEV, mode="0700", size=2**20
        )
        calls.move_mount(mount, str(room))
        os.close(mount)
        self._folder = os.open(self._base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._make_template(told)

    def _make_template(self, told: Told, tries: int = DISK_TRIES) -> None:
        base, size, storage = self._base, self._size, self._storage

        def work() -> None:
            # Empty ones of a launcher that was killed are nobody's.
            for name in os.listdir(base):
                if name.startswith(SPARE):
                    os.unlink(base / name)
            images.make_template(base, size, storage)

        def made(status: int) -> None:
            self._has_template, self._lacks = status == 0, status
            if status == errno.EIO and tries > 1:
                self._loop.later(DISK_SECONDS, lambda: self._make_template(told, tries - 1))
                return
            told(status)
            if self._has_template:
                self.fill()
            elif status in PASSING:
                self._try_again()

        errands.send(self._loop, work, made)

    def _try_again(self) -> None:
        def told(status: int) -> None:
            # Whoever asked first goes by that answer: it has to come true.
            if status not in (0, *PASSING):
                self._try_again()

        self._loop.later(RETRY_SECONDS, lambda: self._make_template(told, 1))

    @property
    def _room(self) -> Path:
        return self._base / _ROOM

    # ------------------------------------------------------------------------------------- for homes

    def reserve(self, workspace: str, told: Told) -> None:
        """Have an empty home ready for a workspace."""
        if workspace in self._reserved:
            told(0)
        elif self._spares:
            self._reserved[workspace] = self._spares.popleft()
            self._fill_later()
            told(0)
        elif not self._has_template:
            told(self._lacks)
        else:
            self._wanted.append((workspace, told))
            self.fill()

    def give_back(self, workspace: str) -> None:
        """Learn that a workspace does not need the home that is ready for it."""
        spare = self._reserved.pop(workspace, None)
        if spare is not None:
            self._spares.append(spare)
            if self._wanted:
                # Not at once: who gives one back may have been served just now.
                self._loop.later(0, self._serve)

    def take(self, workspace: str, name: str) -> None:
        """Let an empty home become a workspace's, under this name.

        Raises:
            OSError: when none is ready, or the folder can't be written.
        """
        image = self._reserved.get(workspace) or (self._spares[0] if self._spares else None)
        if image is None:
            raise OSError(errno.EAGAIN, "no empty home is ready")
        os.rename(image.name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        if self._reserved.pop(workspace, None) is None:
            self._spares.popleft()
            self._fill_later()
        self._mounted[workspace] = image

    def open(self, workspace: str, name: str, told: Told) -> None:
        """Mount a workspace's home, which has this name, unless it is."""
        if workspace in self._mounted:
            self._unused.discard(workspace)
            told(0)
        elif workspace in self._opening:
            self._opening[workspace].told.append(told)
        else:
            opening = self._opening[workspace] = _Opening([told])
            point = self._new_point()
            folder = self._folder

            def opened(status: int) -> None:
                self._opened(workspace, name, point, opening, status)

            errands.send(self._loop, lambda: images.mount_again(folder, name, point), opened)

    def _opened(self, workspace: str, name: str, point: Path, opening: _Opening, status: int) -> None:
        if opening.void:
            # By now another home may have the name.
            if status == 0:
                self._unmount(point)
            status = status or errno.ENODEV
        else:
            del self._opening[workspace]
            image = self._enter(name, point) if status == 0 else status
            if isinstance(image, MountedImage):
                self._mounted[workspace] = image
            else:
                status = image
        for each in opening.told:
            each(status)

    def root(self, workspace: str) -> int:
        """Return a descriptor of the root of a workspace's home, for the caller to close; it can be entered.

        Raises:
            OSError: when it is not mounted.
        """
        image = self._mounted.get(workspace)
        if image is None:
            raise OSError(errno.ENODEV, "the home is not mounted")
        # Its owner may have closed it even to himself; saving it must go on.
        if os.fstat(image.root).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(image.point, 0o700)
        return os.dup(image.root)

    def resize(self, workspace: str, size: int) -> None:
        """Let a workspace's home hold so many bytes from now on, if it is mounted; never more than the image has."""
        image = self._mounted.get(workspace)
        if image is not None:
            image.resize(size)

    def leave(self, workspace: str) -> Path | None:
        """Let go of a workspace's home; return where it is still mounted, for whoever removes it."""
        self.give_back(workspace)
        opening = self._opening.pop(workspace, None)
        if opening is not None:
            opening.void = True
        image = self._mounted.pop(workspace, None)
        if image is None:
            return None
        image.close()
        return image.point

    @property
    def mounted(self) -> dict[str, MountedImage]:
        """The homes that are mounted, by workspace."""
        return self._mounted

    def let_rest(self, is_used: Callable[[str], bool]) -> None:
        """Unmount the homes that nobody used since this was last asked; they are mounted again when somebody comes."""
        unused = {workspace for workspace in self._mounted if not is_used(workspace)}
        for workspace in unused & self._unused:
            image = self._mounted.pop(workspace)
            image.close()
            self._unmount(image.point)
        self._unused = unused

    def _unmount(self, point: Path) -> None:
        errands.send(self._loop, partial(_unmount, point), lambda status: None)

    # ------------------------------------------------------------------------------------- empty ones

    def fill(self) -> None:
        """Make empty homes until enough are ready."""
        if self._refill is not None:
            self._refill.cancel()
            self._refill = None
        while (
            self._refill is None
            and self._making < AT_ONCE
            and len(self._spares) + self._making < SPARES + len(self._wanted)
        ):
            self._make()

    def _fill_later(self, seconds: float = REFILL_SECONDS) -> None:
        if self._refill is None:
            self._refill = self._loop.later(seconds, self.fill)

    def _make(self) -> None:
        self._making += 1
        point = self._new_point()
        name = f"{SPARE}{os.urandom(8).hex()}"
        base = self._base

        def made(status: int) -> None:
            self._making -= 1
            image = self._enter(name, point) if status == 0 else status
            if isinstance(image, MountedImage):
                self._spares.append(image)
                self._serve()
            else:
                self._failed(name, image)

        errands.send(self._loop, lambda: images.mount_new(base, name, point), made)

    def _serve(self) -> None:
        while self._wanted and self._spares:
            workspace, told = self._wanted.popleft()
            # Of two who wait for one home the first may have it already.
            if workspace not in self._reserved and workspace not in self._mounted:
                self._reserved[workspace] = self._spares.popleft()
            told(0)
        self.fill()

    def _failed(self, name: str, status: int) -> None:
        """Tell everybody who waits why there is none, and try again later."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._folder)
        wanted, self._wanted = self._wanted, deque()
        for _, told in wanted:
            told(status)
        self._fill_later(RETRY_SECONDS)

    def _new_point(self) -> Path:
        """Return where the next one is going to be mounted; the errand that mounts it makes the folder."""
        self._numbers += 1
        return self._room / str(self._numbers)

    def _enter(self, name: str, point: Path) -> MountedImage | int:
        """Return what was mounted at a point, or the number of the system's error; it is unmounted then."""
        opened: list[int] = []
        try:
            opened.append(calls.open_beneath(self._folder, name, os.O_PATH | os.O_NOFOLLOW))
            opened.append(os.open(point, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
            return MountedImage(name, point, opened[1], opened[0], self._size)
        except OSError as error:
            close_all(opened)
            self._unmount(point)
            return error.errno or errno.EIO


def remove(folder: int, name: str, point: Path | None) -> None:
    """Remove an image that was set aside, and what is mounted of it; called in an errand."""
    os.unlink(name, dir_fd=folder)
    if point is not None:
        _unmount(point)


def _unmount(point: Path) -> None:
    calls.unmount(str(point))
    point.rmdir()
