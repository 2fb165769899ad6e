"""Takes the tree of a home: every file that can be saved becomes a blob, and what can't is said.

The home may change while it is read and may hold anything. Nothing in it is followed or run: folders are opened without
following links, links are kept as links, everything is bounded.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sagews.model.sizes import size_text
from sagews.session.jobs.repository.names import MAX_DEPTH, MAX_PATH, is_gits_own, is_own, is_safe, parts_of
from sagews.session.jobs.repository.objects import (
    FILE,
    FOLDER,
    LINK,
    PROGRAM,
    Entry,
    PackWriter,
    bundle,
    name_of,
    snapshot_commit,
    tree_of,
)
from sagews.session.jobs.run import DiskError
from sagews.wire.jobs import SnapshotAnswer, SnapshotRequest
from sagews.wire.parcels import MAX_LEFT_OUT

MAX_FILE = 20 * 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
MAX_ENTRIES = 20_000
MAX_ATTRIBUTE_LINE = 2_000
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OWN_DOING = {errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOTDIR, errno.ENXIO}
"""Errors of a file that its owner closed, or that became another kind of thing while it was looked at."""

Documents = dict[str, "bytes | Documents"]


@dataclass(slots=True)
class SnapshotBudget:
    """What may still be saved, and what was not."""

    bytes: int = MAX_TOTAL
    entries: int = MAX_ENTRIES
    left_out: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0

    def leave_out(self, path: str, why: str) -> None:
        """Note what was not saved."""
        if len(self.left_out) >= MAX_LEFT_OUT - 1:
            self.more += 1
            return
        self.left_out.append((path[:MAX_PATH].encode("utf-8", "replace").decode(), why))

    def said(self) -> tuple[tuple[str, str], ...]:
        """Return everything that was not saved."""
        return (*self.left_out, *([("…", f"{self.more} more")] if self.more else []))


def snapshot(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "snapshot"."""
    request = SnapshotRequest.from_bytes(data)
    pack = PackWriter(scratch / "tree.pack", request.known)
    taker = Taker(pack)
    documents = _nested(request.files, taker.budget)
    with _folder(home, None) as opened:
        tree = taker.take(opened, "", documents) or pack.add("tree", b"")
    objects = tuple(pack.objects)
    commit = pack.add("commit", snapshot_commit(tree))
    needs = [] if request.have is None or not request.known else [name_of("commit", snapshot_commit(request.have))]
    return SnapshotAnswer(tree, objects, taker.budget.said(), bundle(commit, needs, pack.finish())).to_bytes()


class Taker:
    """Turns folders into trees.

    Args:
        pack: takes the objects.
    """

    def __init__(self, pack: PackWriter) -> None:
        self._pack = pack
        self.budget = SnapshotBudget()

    def take(self, folder: int | None, path: str, documents: Documents) -> str | None:
        """Return the tree of a folder (None: only documents), or None if there is nothing in it to save."""
        entries = [self._document(name, content) for name, content in documents.items() if isinstance(content, bytes)]
        folders = {name: content for name, content in documents.items() if isinstance(content, dict)}
        for name in [] if folder is None else _names(folder, self.budget.entries + 1):
            if name in documents and name not in folders:
                continue
            entry = self._entry(folder or 0, name, f"{path}{name}", folders.get(name, {}))
            if entry is None or (name in folders and entry[0] != FOLDER):
                continue
            folders.pop(name, None)
            entries.append(entry)
        for name, inner in folders.items():
            key = self.take(None, f"{path}{name}/", inner)
            entries += [] if key is None else [(FOLDER, name.encode(), key)]
        return self._pack.add("tree", tree_of(entries)) if entries else None

    def _document(self, name: str, content: bytes) -> Entry:
        """A document's text as a file."""
        return FILE, name.encode(), self._pack.add("blob", content)

    def _entry(self, folder: int, name: str, path: str, documents: Documents) -> Entry | None:
        """What a name in a folder is saved as; None if it is not."""
        if is_own(path):
            return None
        why = self._refused(name, path)
        if why:
            self.budget.leave_out(path, why)
            return None
        self.budget.entries -= 1
        try:
            return self._saved(folder, name, path, documents)
        except FileNotFoundError:
            # Gone between the listing and now: as if it had been gone before.
            return None
        except OSError as error:
            # Only what the user's own doing explains. A disk that fails, or a full scratch folder, has not removed the
            # file: a version without it would say so.
            if error.errno not in _OWN_DOING:
                raise DiskError(error) from error
            self.budget.leave_out(path, f"can't be read: {os.strerror(error.errno or 0)}")
            return None

    def _refused(self, name: str, path: str) -> str | None:
        """Why a name can't be saved, whatever is there."""
        if is_gits_own(name):
            return "belongs to a git repository of its own"
        if not is_safe(name) or len(path) > MAX_PATH or path.count("/") >= MAX_DEPTH:
            return "its name is too long or too deep"
        return "there are too many files" if self.budget.entries <= 0 else None

    def _saved(self, folder: int, name: str, path: str, documents: Documents) -> Entry | None:
        """A folder, a file or a link as an entry of a tree."""
        mode = os.lstat(name, dir_fd=folder).st_mode
        encoded = os.fsencode(name)
        if stat.S_ISDIR(mode):
            with _folder(name, folder) as opened:
                key = self.take(opened, f"{path}/", documents)
            return None if key is None else (FOLDER, encoded, key)
        if stat.S_ISLNK(mode):
            if name == ".gitattributes":
                self.budget.leave_out(path, "a link can't have this name")
                return None
            return LINK, encoded, self._pack.add("blob", os.fsencode(os.readlink(name, dir_fd=folder)))
        if not stat.S_ISREG(mode):
            self.budget.leave_out(path, "is neither a file nor a folder nor a link")
            return None
        return self._file(folder, name, path)

    def _file(self, folder: int, name: str, path: str) -> Entry | None:
        """A regular file, read once."""
        number = os.open(name, _FILE_FLAGS, dir_fd=folder)
        try:
            status = os.fstat(number)
            # Thousands of sparse files that are too large, each or together, take minutes to read and nothing to make.
            large, full = status.st_size > MAX_FILE, status.st_size > self.budget.bytes
            unread = large or full or not stat.S_ISREG(status.st_mode)
            content = b"" if unread else _read(number, min(MAX_FILE, self.budget.bytes) + 1)
        finally:
            os.close(number)
        if large or len(content) > MAX_FILE:
            self.budget.leave_out(path, f"is larger than {size_text(MAX_FILE)}")
        elif full or len(content) > self.budget.bytes:
            self.budget.leave_out(path, f"all files together are larger than {MAX_TOTAL} bytes")
        elif name == ".gitattributes" and max(map(len, content.split(b"\n"))) > MAX_ATTRIBUTE_LINE:
            self.budget.leave_out(path, "has lines that git does not take")
        else:
            self.budget.bytes -= len(content)
            mode = PROGRAM if status.st_mode & stat.S_IXUSR else FILE
            return mode, os.fsencode(name), self._pack.add("blob", content)
        return None


def _read(number: int, longest: int) -> bytes:
    """Return what a file holds up to its end or so many bytes."""
    pieces: list[bytes] = []
    while longest > 0 and (piece := os.read(number, longest)):
        pieces.append(piece)
        longest -= len(piece)
    return b"".join(pieces)


@contextmanager
def _folder(name: str | Path, within: int | None) -> Iterator[int]:
    """Open a folder without following a link."""
    number = os.open(name, _FOLDER_FLAGS, dir_fd=within)
    try:
        yield number
    finally:
        os.close(number)


def _names(folder: int, most: int) -> list[str]:
    """Names in a folder, in order; not many more than may be saved are read."""
    names: list[str] = []
    with os.scandir(folder) as found:
        for entry in found:
            names.append(entry.name)
            if len(names) > most:
                break
    return sorted(names, key=os.fsencode)


def _nested(files: Mapping[str, bytes], budget: SnapshotBudget) -> Documents:
    """Documents by folder; what can't stand in one tree is left out."""
    root: Documents = {}
    for path, text in files.items():
        parts = parts_of(path)
        folder = None if parts is None else _folder_for(root, parts[:-1])
        if parts is None or folder is None or parts[-1] in folder:
            budget.leave_out(path, "its name can't be saved, or another document stands in its way")
            continue
        folder[parts[-1]] = text
        budget.bytes -= len(text)
    return root


def _folder_for(root: Documents, parts: list[str]) -> Documents | None:
    """The folder of a document, made where it is missing; None where a document has its name."""
    folder = root
    for part in parts:
        inner = folder.setdefault(part, {})
        if not isinstance(inner, dict):
            return None
        folder = inner
    return folder
