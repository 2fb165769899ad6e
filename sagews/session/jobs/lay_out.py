"""Lays a commit's files into a home, whole or not at all.

First everything that the home lacks is written into a folder of ours beside the user's files; only when all of it is
there does anything change: what has to go is removed, the new is moved to its places. So a full disk, which shows
itself while files are written, leaves the home as it was. Whatever fails later fails the job: the launcher then keeps
the home under a name that no session and no save is given, until a job like this one has laid it out whole
(launcher/resources/home_names.py). What stands in the way and is in no version is renamed, never removed.

Files are written by this code from git's objects, never checked out by git, so no filter and no attribute applies;
folders are entered without following links.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sagews.session.jobs.make_commit import check_tree
from sagews.session.jobs.repository.git import Contents, Git
from sagews.session.jobs.repository.names import STAGE_PREFIX, parts_of
from sagews.session.jobs.repository.objects import LINK, PROGRAM, tip_of
from sagews.session.jobs.run import DiskError, JobError
from sagews.session.jobs.take_tree import MAX_FILE
from sagews.wire.jobs import RestoreAnswer, RestoreRequest

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
MAX_KEPT_NAME = 50

Files = dict[str, tuple[str, str]]


def restore(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "restore"."""
    request = RestoreRequest.from_bytes(data)
    if request.commit is None:
        return RestoreAnswer(None, ()).to_bytes()
    git = Git(scratch / "store")
    git.take(request.bundles)
    tree, files, objects = _files(git, request.commit)
    leave = set(request.leave)
    wanted = {path: found for path, found in files.items() if path not in leave}
    # The version that the home was saved as; one that is only being filled has nothing but what history has.
    saved = set(_files(git, tip_of(request.bundles[-1]))[1]) if request.replace else set(files)
    contents = Contents(git)
    try:
        lay_out(home, wanted, saved - set(files) - leave, saved, lambda key: contents.read(key, MAX_FILE))
    except OSError as error:
        raise DiskError(error) from error
    finally:
        contents.close()
    return RestoreAnswer(tree, objects).to_bytes()


def lay_out(home: Path, wanted: Files, unwanted: set[str], saved: set[str], content: Callable[[str], bytes]) -> None:
    """Write files and links beside a home, remove what is not wanted, then give everything its place.

    Args:
        home: the folder.
        wanted: path → mode and key of what is to be there.
        unwanted: paths that are to be gone.
        saved: paths of which some version has what is there now, so that it may go.
        content: the bytes of a key.

    Raises:
        OSError: something could not be done. While files were written the home is as it was before.
        JobError: a path is not allowed, or a content is missing.
    """
    with ExitStack() as stack:
        root = os.open(home, _FOLDER_FLAGS)
        stack.callback(os.close, root)
        # What a job that was killed had written; nobody else has files of such a name.
        for name in [name for name in os.listdir(root) if name.startswith(STAGE_PREFIX)]:
            _clear(root, name)
        stage = _Stage(root)
        stack.callback(stage.close)
        for path, (mode, key) in wanted.items():
            stage.write(path, mode, content(key))
        for path in unwanted:
            _remove(root, path)
        stage.move_all(saved)


class _Stage:
    """What is to be in a home, written beside it: within the same file system, so that moving takes no space."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._name = f"{STAGE_PREFIX}{os.urandom(8).hex()}"
        os.mkdir(self._name, 0o700, dir_fd=root)
        try:
            self._folder = os.open(self._name, _FOLDER_FLAGS, dir_fd=root)
        except OSError:
            os.rmdir(self._name, dir_fd=root)
            raise
        self._paths: list[list[str]] = []

    def write(self, path: str, mode: str, content: bytes) -> None:
        """Write one file or link, unless the home has the same in its place."""
        parts = parts_of(path)
        if parts is None:
            raise JobError("a path is not allowed")
        if _is_there(self._root, parts, mode, content):
            return
        name = str(len(self._paths))
        self._paths.append(parts)
        if mode == LINK:
            os.symlink(os.fsdecode(content), name, dir_fd=self._folder)
            return
        number = os.open(name, _NEW_FLAGS, 0o755 if mode == PROGRAM else 0o644, dir_fd=self._folder)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(number, view) :]
        finally:
            # Some file systems say only now that a write has failed: an error here counts like one of write.
            os.close(number)

    def move_all(self, saved: set[str]) -> None:
        """Give everything its place; see lay_out for `saved`."""
        for number, parts in enumerate(self._paths):
            with ExitStack() as stack:
                folder = _folder_for(self._root, parts[:-1], stack)
                status = _status(folder, parts[-1])
                if status is not None and (stat.S_ISDIR(status.st_mode) or "/".join(parts) not in saved):
                    _set_aside(folder, parts[-1])
                os.replace(str(number), parts[-1], src_dir_fd=self._folder, dst_dir_fd=folder)

    def close(self) -> None:
        """Remove the folder with what is still in it; what can't be removed is cleared by the next job."""
        os.close(self._folder)
        with contextlib.suppress(OSError):
            _clear(self._root, self._name)


def _is_there(root: int, parts: list[str], mode: str, content: bytes) -> bool:
    """Whether a home holds exactly this; what can't be looked at is taken for something else."""
    try:
        with ExitStack() as stack:
            folder = root
            for part in parts[:-1]:
                folder = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
                stack.callback(os.close, folder)
            status = os.lstat(parts[-1], dir_fd=folder)
            if mode == LINK:
                return stat.S_ISLNK(status.st_mode) and os.readlink(parts[-1], dir_fd=folder) == os.fsdecode(content)
            runs = bool(status.st_mode & stat.S_IXUSR)
            if not stat.S_ISREG(status.st_mode) or status.st_size != len(content) or runs != (mode == PROGRAM):
                return False
            with os.fdopen(os.open(parts[-1], _OLD_FLAGS, dir_fd=folder), "rb") as file:
                return file.read(len(content) + 1) == content
    except OSError:
        return False


def _folder_for(root: int, parts: list[str], stack: ExitStack) -> int:
    """Open the folder of a path, made where it is missing."""
    folder = root
    for part in parts:
        status = _status(folder, part)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            _set_aside(folder, part)
            status = None
        if status is None:
            os.mkdir(part, 0o755, dir_fd=folder)
        folder = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
        stack.callback(os.close, folder)
    return folder


def _set_aside(folder: int, name: str) -> None:
    """Rename what is in the way: what a version has was removed before, so it is what no version has."""
    with contextlib.suppress(OSError):
        os.rmdir(name, dir_fd=folder)
        return
    os.rename(name, f"{name[:MAX_KEPT_NAME]}.kept-{os.urandom(4).hex()}", src_dir_fd=folder, dst_dir_fd=folder)


def _status(folder: int, name: str) -> os.stat_result | None:
    """What a name stands for; None for nothing."""
    try:
        return os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return None


def _clear(folder: int, name: str) -> None:
    """Remove a file, a link, or a folder with all that is in it."""
    status = _status(folder, name)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=folder)
        return
    inner = os.open(name, _FOLDER_FLAGS, dir_fd=folder)
    try:
        for each in os.listdir(inner):
            _clear(inner, each)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=folder)


def _remove(root: int, path: str) -> None:
    """Remove a file or a link, and the folders that it leaves empty; what is gone already is no error."""
    parts = parts_of(path)
    if parts is None:
        return
    with ExitStack() as stack:
        folders = [root]
        try:
            for part in parts[:-1]:
                folders.append(os.open(part, _FOLDER_FLAGS, dir_fd=folders[-1]))
                stack.callback(os.close, folders[-1])
            os.unlink(parts[-1], dir_fd=folders[-1])
        except OSError as error:
            # Gone, or another kind of thing by now, which is not what the version had.
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP):
                return
            raise
        with contextlib.suppress(OSError):
            for folder, name in zip(reversed(folders[:-1]), reversed(parts[:-1]), strict=True):
                os.rmdir(name, dir_fd=folder)


def _files(git: Git, commit: str) -> tuple[str, Files, tuple[str, ...]]:
    """The tree of a commit, what its files are, and every object in it."""
    tree = git.tree_of(commit)
    check_tree(git, tree)
    listing = git.listing(tree)
    files = {os.fsdecode(path): (mode, key) for mode, kind, key, _, path in listing if kind == "blob"}
    return tree, files, tuple({tree: None} | {key: None for _, _, key, _, _ in listing})
