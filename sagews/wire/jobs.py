"""What daemons and the one-shot jobs in jails say to each other: one parcel (parcels.py) each way.

    job        standard input                                       standard output
    snapshot   paths [str], known [id], have: tree id | null;       tree, objects [id], left_out [[path, why]];
               blobs: a document's text for each path               blob: bundle
    restore    commit: id | null, replace: bool, leave [path];      tree: id | null, objects
               blobs: bundles, oldest first
    commit     tree, parent: id | null, before: id | null,          commit, files_changed: int, removed: int,
               full: bool; blobs: commit object, snapshot's         present: int; blob: bundle
               bundle, bundles
    diff       version, against: id | null; blobs: bundles          files [{path, status, binary, cut}], cut: bool;
                                                                    blobs: a diff for each
    check      version, also [path]; blobs: bundles                 paths [str]; blobs: the text of each worksheet, and
                                                                    of these paths
    read       path: str, offset: int, length: int                  size: int | null (no such file); blob: bytes

A job ends with status 0 and its answer, or with FAILED, DISK_FULL or DISK_FAILED and a line on standard error.
Its output is as hostile as its input was: `from_bytes` takes nothing that is out of form. Standard library only:
this module runs inside the jail as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sagews.wire.parcels import (
    MAX_BLOBS,
    LeftOut,
    byte_count,
    count,
    flag,
    left_out_pairs,
    object_id,
    object_ids,
    opening,
    optional_id,
    pack,
    refusal,
    texts,
    unpack,
    unpack_one,
)

# What a worker keeps of a home in memory while it is being saved; beyond it files are left out and named.
MAX_SNAPSHOT = 256 * 1024 * 1024
# A page shows what a person can read; the rest is cut and said to be.
MAX_DIFFERENCE = 4 * 1024 * 1024
DOCUMENT_SUFFIX = ".sage.md"
# What a page asks for at once of a file; with what base64 adds it is below the bound of a message.
MAX_READ = 512 * 1024
OUTPUTS, SCRIPTS = ".sagews/output/", ".sagews/scripts/"
"""The folders of long outputs and of what draws figures, the only ones with a dot that are read for pages."""
FAILED, DISK_FULL, DISK_FAILED = 1, 28, 5
"""Exit statuses of a job: it failed for any reason; the disk with the home is full (ENOSPC), or gives errors (EIO)."""


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """Asks for the tree of a home, with documents' texts in it; objects of the tree `have` are known and not sent."""

    files: Mapping[str, bytes]
    have: str | None = None
    known: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        header = {"paths": list(self.files), "have": self.have, "known": self.known}
        return pack(header, list(self.files.values()))

    @classmethod
    def from_bytes(cls, data: bytes) -> SnapshotRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        paths = texts(header.get("paths"), MAX_BLOBS)
        # A jail has a stranger's code in it; a list that is shorter than the other would shift texts to other names.
        if len(paths) != len(blobs):
            raise refusal("the documents are not in pairs")
        return cls(
            dict(zip(paths, blobs, strict=True)), optional_id(header.get("have")), object_ids(header.get("known"))
        )


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """A tree, every object in it (what to call known next time), and a bundle of those that were not known."""

    tree: str
    objects: tuple[str, ...]
    left_out: LeftOut
    bundle: bytes | memoryview

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return pack({"tree": self.tree, "objects": self.objects, "left_out": self.left_out}, [self.bundle])

    @classmethod
    def from_bytes(cls, data: bytes) -> SnapshotAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, bundle = unpack_one(data)
        objects, left_out = object_ids(header.get("objects")), left_out_pairs(header.get("left_out"))
        return cls(object_id(header.get("tree")), objects, left_out, bundle)


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """Asks to lay out a commit's files.

    Attributes:
        commit: None for a home that begins empty.
        bundles: oldest first; together they hold the commit.
        replace: make the home's files those of the commit; else lay out a home that is not there or was never laid out
            whole. The last bundle is then that of the version which the home was saved as: what only that one has is
            removed.
        leave: paths that are not laid out: documents, whose text the backend has.
    """

    commit: str | None
    bundles: tuple[bytes, ...]
    replace: bool = False
    leave: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return self.opening([len(bundle) for bundle in self.bundles]) + b"".join(self.bundles)

    def opening(self, sizes: Sequence[int]) -> bytes:
        """Return the parcel up to the bundles, which have these sizes."""
        return opening({"commit": self.commit, "replace": self.replace, "leave": self.leave}, sizes)

    @classmethod
    def from_bytes(cls, data: bytes) -> RestoreRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        leave = texts(header.get("leave"), MAX_BLOBS)
        return cls(optional_id(header.get("commit")), tuple(blobs), flag(header.get("replace")), leave)


@dataclass(frozen=True, slots=True)
class RestoreAnswer:
    """The commit's tree, which is laid out whole, with all of its objects; None for a home that begins empty."""

    tree: str | None
    objects: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return pack({"tree": self.tree, "objects": self.objects}, [])

    @classmethod
    def from_bytes(cls, data: bytes) -> RestoreAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, _ = unpack(data)
        return cls(optional_id(header.get("tree")), object_ids(header.get("objects")))


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """Asks for a bundle of a commit that we wrote, of a tree that a snapshot delivered.

    Attributes:
        text: the commit object.
        bundles: oldest first; they hold the parent, `before`, and what the snapshot took as known.
        before: the newest version, against which it is counted what is missing.
        full: whether the new bundle is to hold the whole history, so that older ones are not needed beside it.
    """

    tree: str
    parent: str | None
    text: bytes
    snapshot: bytes | memoryview
    bundles: tuple[bytes, ...]
    before: str | None = None
    full: bool = False

    @property
    def ours(self) -> Sequence[bytes | memoryview]:
        """The blobs before the bundles."""
        return self.text, self.snapshot

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return b"".join([self.opening([len(bundle) for bundle in self.bundles]), *self.ours, *self.bundles])

    def opening(self, sizes: Sequence[int]) -> bytes:
        """Return the parcel up to the blobs; the bundles have these sizes."""
        header = {"tree": self.tree, "parent": self.parent, "before": self.before, "full": self.full}
        return opening(header, [*(len(blob) for blob in self.ours), *sizes])

    @classmethod
    def from_bytes(cls, data: bytes) -> CommitRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        # The commit and the snapshot come first, whatever bundles follow.
        if len(blobs) < 2:
            raise refusal("the commit or the snapshot is missing")
        tree, parent = object_id(header.get("tree")), optional_id(header.get("parent"))
        before = optional_id(header.get("before"))
        return cls(tree, parent, blobs[0], blobs[1], tuple(blobs[2:]), before, flag(header.get("full")))


@dataclass(frozen=True, slots=True)
class CommitAnswer:
    """The commit's id as the jail computed it, what it does to files, and its bundle.

    Attributes:
        files_changed: how many files differ from the parent.
        removed: of the `present` files (documents apart) of the version before, how many are missing.
    """

    commit: str
    files_changed: int
    bundle: bytes | memoryview
    removed: int = 0
    present: int = 0

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        counts = {"files_changed": self.files_changed, "removed": self.removed, "present": self.present}
        return pack({"commit": self.commit, **counts}, [self.bundle])

    @classmethod
    def from_bytes(cls, data: bytes) -> CommitAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, bundle = unpack_one(data)
        changed, removed, present = (count(header.get(name)) for name in ("files_changed", "removed", "present"))
        return cls(object_id(header.get("commit")), changed, bundle, removed, present)


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """Asks what differs between two commits; `against` None is the empty tree."""

    version: str
    against: str | None
    bundles: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return self.opening([len(bundle) for bundle in self.bundles]) + b"".join(self.bundles)

    def opening(self, sizes: Sequence[int]) -> bytes:
        """Return the parcel up to the bundles, which have these sizes."""
        return opening({"version": self.version, "against": self.against}, sizes)

    @classmethod
    def from_bytes(cls, data: bytes) -> DiffRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        return cls(object_id(header.get("version")), optional_id(header.get("against")), tuple(blobs))


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that differs: status is "added", "removed", "changed" or "type"; the diff is its hunks."""

    path: str
    status: str
    diff: str
    binary: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class DiffAnswer:
    """The files that differ; `cut` if there are more."""

    files: tuple[ChangedFile, ...]
    cut: bool

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        described = [
            {"path": file.path, "status": file.status, "binary": file.binary, "cut": file.cut} for file in self.files
        ]
        return pack({"files": described, "cut": self.cut}, [file.diff.encode() for file in self.files])

    @classmethod
    def from_bytes(cls, data: bytes) -> DiffAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        files = header.get("files")
        if not isinstance(files, list) or len(files) != len(blobs):
            raise refusal("the files are not a list")
        found = tuple(_changed_file(file, blob) for file, blob in zip(files, blobs, strict=True))
        return cls(found, flag(header.get("cut")))


def _changed_file(file: object, diff: bytes) -> ChangedFile:
    if not isinstance(file, dict) or file.get("status") not in ("added", "removed", "changed", "type"):
        raise refusal("a file has no known status")
    (path,) = texts([file.get("path")], 1)
    return ChangedFile(
        path, file["status"], diff.decode("utf-8", "replace"), flag(file.get("binary")), flag(file.get("cut"))
    )


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Asks whether bundles hold a commit, and for the worksheets in it.

    Attributes:
        also: paths of notebooks that are worksheets: other notebooks are files like any.
    """

    version: str
    bundles: tuple[bytes, ...]
    also: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return self.opening([len(bundle) for bundle in self.bundles]) + b"".join(self.bundles)

    def opening(self, sizes: Sequence[int]) -> bytes:
        """Return the parcel up to the bundles, which have these sizes."""
        return opening({"version": self.version, "also": self.also}, sizes)

    @classmethod
    def from_bytes(cls, data: bytes) -> CheckRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        return cls(object_id(header.get("version")), tuple(blobs), texts(header.get("also"), MAX_BLOBS))


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """Path → text of every worksheet of a commit."""

    files: Mapping[str, bytes]

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return pack({"paths": list(self.files)}, list(self.files.values()))

    @classmethod
    def from_bytes(cls, data: bytes) -> CheckAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, blobs = unpack(data)
        paths = texts(header.get("paths"), MAX_BLOBS)
        if len(paths) != len(blobs) or len(set(paths)) != len(paths):
            raise refusal("the worksheets are not in pairs")
        return cls(dict(zip(paths, blobs, strict=True)))


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Asks for a part of a file of the home."""

    path: str
    offset: int
    length: int

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return pack({"path": self.path, "offset": self.offset, "length": self.length}, [])

    @classmethod
    def from_bytes(cls, data: bytes) -> ReadRequest:
        """Return what a parcel asks; SagewsError `bad-value` if it is out of form."""
        header, _ = unpack(data)
        (path,) = texts([header.get("path")], 1)
        offset, length = byte_count(header.get("offset")), byte_count(header.get("length"))
        if length > MAX_READ:
            raise refusal("too much is asked for at once")
        return cls(path, offset, length)


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A part of a file, and the size of all of it; None where there is no such file, or none that may be read."""

    size: int | None
    data: bytes | memoryview

    def to_bytes(self) -> bytes:
        """Return the parcel."""
        return pack({"size": self.size}, [self.data])

    @classmethod
    def from_bytes(cls, data: bytes) -> ReadAnswer:
        """Return what a parcel says; SagewsError `bad-value` if it is out of form."""
        header, part = unpack_one(data)
        size = header.get("size")
        return cls(None if size is None else byte_count(size), bytes(part))
