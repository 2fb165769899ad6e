"""Lays a commit's files into a home.

A home is filled once (a mark in `.sagews` says so); files that are there already are left alone. To go back to a
version the home's files are replaced: what the newest bundle's version has and this one has not is removed, all else
stays, so nothing is lost that history does not have. Files are written by this code from git's objects, never checked
out by git, so no filter and no attribute applies; folders are entered without following links, and a file appears
whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import stat
from contextlib import ExitStack
from pathlib import Path

from sagews.session.jobs.git import Contents, Git
from sagews.session.jobs.make_commit import check_tree
from sagews.session.jobs.names import parts_of
from sagews.session.jobs.objects import LINK, PROGRAM, tip_of
from sagews.session.jobs.run import JobError
from sagews.session.jobs.take_tree import MAX_FILE
from sagews.wire.jobs import RestoreAnswer, RestoreRequest

MARK = "filled"
MARK_FOLDER = ".sagews"
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

Files = dict[str, tuple[str, str]]


def restore(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "restore"."""
    request = RestoreRequest.from_bytes(data)
    with ExitStack() as stack:
        root = os.open(home, _FOLDER_FLAGS)
        stack.callback(os.close, root)
        if _is_filled(root) and not request.replace:
            return RestoreAnswer(False, None, (), ()).to_bytes()
        if request.commit is None:
            _mark(root)
            return RestoreAnswer(True, None, (), ()).to_bytes()
        git = Git(scratch / "store")
        git.take(request.bundles)
        tree, files, objects = _files(git, request.commit)
        leave = set(request.leave)
        contents = Contents(git)
        stack.callback(contents.close)
        writer = Writer(root, contents, request.replace)
        if request.replace:
            _, present, _ = _files(git, tip_of(request.bundles[-1]))
            for path in set(present) - set(files) - leave:
                _remove(root, path)
        for path, (mode, key) in files.items():
            if path not in leave:
                writer.put(path, mode, key)
        _mark(root)
        return RestoreAnswer(True, tree, objects, tuple(writer.left_out[:1000])).to_bytes()


class Writer:
    """Writes files below a folder.

    Args:
        root: the home, open.
        contents: gives the blobs.
        replace: whether what stands in the way goes.
    """

    def __init__(self, root: int, contents: Contents, replace: bool) -> None:
        self._root = root
        self._contents = contents
        self._replace = replace
        self.left_out: list[tuple[str, str]] = []

    def put(self, path: str, mode: str, key: str) -> None:
        """Write one file or link; what can't be written is noted."""
        parts = parts_of(path)
        if parts is None:
            raise JobError("a path is not allowed")
        content = self._contents.read(key, MAX_FILE)
        try:
            with ExitStack() as stack:
                folder = self._enter(parts[:-1], stack)
                self._write(folder, parts[-1], mode, content)
        except OSError as error:
            shown = path.encode("utf-8", "replace").decode()
            self.left_out.append((shown, f"can't be written: {os.strerror(error.errno or 0)}"))

    def _enter(self, parts: list[str], stack: ExitStack) -> int:
        """Open the folder of a path, made where it is missing."""
        folder = self._root
        for part in parts:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=folder)
            if self._replace and not stat.S_ISDIR(os.lstat(part, dir_fd=folder).st_mode):
                os.unlink(part, dir_fd=folder)
                os.mkdir(part, 0o755, dir_fd=folder)
            folder = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
            stack.callback(os.close, folder)
        return folder

    def _write(self, folder: int, name: str, mode: str, content: bytes) -> None:
        """Write beside the name, then give it the name."""
        if not self._replace and _exists(folder, name):
            return
        new = f".sagews-new-{os.getpid()}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new, dir_fd=folder)
        if mode == LINK:
            os.symlink(os.fsdecode(content), new, dir_fd=folder)
        else:
            permissions = 0o755 if mode == PROGRAM else 0o644
            with os.fdopen(os.open(new, _NEW_FLAGS, permissions, dir_fd=folder), "wb") as file:
                file.write(content)
        os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)


def _exists(folder: int, name: str) -> bool:
    """Whether there is anything of this name."""
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _is_filled(root: int) -> bool:
    """Whether the home was filled before."""
    return _exists(root, MARK_FOLDER) and _exists(root, f"{MARK_FOLDER}/{MARK}")


def _mark(root: int) -> None:
    """Note that the home is filled; a user who breaks this only has it filled again."""
    with contextlib.suppress(OSError), ExitStack() as stack:
        with contextlib.suppress(FileExistsError):
            os.mkdir(MARK_FOLDER, 0o700, dir_fd=root)
        folder = os.open(MARK_FOLDER, _FOLDER_FLAGS, dir_fd=root)
        stack.callback(os.close, folder)
        os.close(os.open(MARK, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder))


def _remove(root: int, path: str) -> None:
    """Remove a file or a link, and the folders that it leaves empty."""
    parts = parts_of(path)
    if parts is None:
        return
    with contextlib.suppress(OSError), ExitStack() as stack:
        folders = [root]
        for part in parts[:-1]:
            folders.append(os.open(part, _FOLDER_FLAGS, dir_fd=folders[-1]))
            stack.callback(os.close, folders[-1])
        os.unlink(parts[-1], dir_fd=folders[-1])
        for folder, name in zip(reversed(folders[:-1]), reversed(parts[:-1]), strict=True):
            os.rmdir(name, dir_fd=folder)


def _files(git: Git, commit: str) -> tuple[str, Files, tuple[str, ...]]:
    """The tree of a commit, what its files are, and every object in it."""
    tree = git.tree_of(commit)
    check_tree(git, tree)
    listing = git.listing(tree)
    files = {os.fsdecode(path): (mode, key) for mode, kind, key, _, path in listing if kind == "blob"}
    return tree, files, tuple({tree: None} | {key: None for _, _, key, _, _ in listing})
