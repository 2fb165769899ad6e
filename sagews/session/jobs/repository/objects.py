"""Git objects made by hand: blobs, trees, commits, and packs and bundles of them.

Files of a user are turned into objects by this code and not by git, so no setting, hook, filter or attribute of theirs
is ever read.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from sagews.session.jobs.run import JobError

FILE, PROGRAM, LINK, FOLDER = "100644", "100755", "120000", "40000"
TREE_REF = "refs/sagews/tree"
_KINDS = {"commit": 1, "tree": 2, "blob": 3}
_HEADER = re.compile(rb"# v2 git bundle\n((?:-[0-9a-f]{40}[^\n]*\n)*)((?:[0-9a-f]{40} [^\n]+\n)+)\n")
_MAX_BUNDLE_HEADER = 1024 * 1024

Entry = tuple[str, bytes, str]
"""Mode, name, object id."""


def name_of(kind: str, content: bytes) -> str:
    """Return the id of an object."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def tree_of(entries: Sequence[Entry]) -> bytes:
    """Return the content of a tree object; folders sort as if their name ended with a slash."""
    # git sorts a folder as if its name ended in a slash; in another order the same files are another tree.
    ordered = sorted(entries, key=lambda entry: entry[1] + (b"/" if entry[0] == FOLDER else b""))
    return b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(key) for mode, name, key in ordered)


def snapshot_commit(tree: str) -> bytes:
    """Return the commit object that carries a tree out of the jail; the same for the same tree."""
    # Always the same, so that equal trees are equal commits, and nothing of the clock comes in.
    who = "sagews <snapshot@sagews> 0 +0000"
    return f"tree {tree}\nauthor {who}\ncommitter {who}\n\nsnapshot\n".encode()


def bundle(commit: str, needs: Sequence[str], pack: bytes) -> bytes:
    """Return a bundle with one ref; `needs` are commits that must be there already."""
    lines = ["# v2 git bundle", *(f"-{key} " for key in needs), f"{commit} {TREE_REF}", "", ""]
    return "\n".join(lines).encode() + pack


def pack_in(data: bytes) -> bytes:
    """Return the pack in a bundle.

    Raises:
        JobError: it is not a bundle of version 2.
    """
    return data[_header_of(data).end() :]


def tip_of(data: bytes) -> str:
    """Return the commit that a bundle's first ref names; JobError if it is not a bundle."""
    return _header_of(data)[2][:40].decode()


def _header_of(data: bytes) -> re.Match[bytes]:
    header = _HEADER.match(data[:_MAX_BUNDLE_HEADER])
    if header is None:
        raise JobError("this is not a bundle")
    return header


class PackWriter:
    """Collects objects in a file; each is written once.

    Args:
        path: of the file, which must not exist.
        known: ids of objects that the reader has already; they are not written.
    """

    def __init__(self, path: Path, known: Sequence[str] = ()) -> None:
        self._file = path.open("x+b")
        # The number of objects is not known yet, and stands before them: it is filled in at the end.
        self._file.write(b"PACK" + struct.pack(">II", 2, 0))
        self._count = 0
        self._written = set(known)
        self.objects: dict[str, None] = {}

    def add(self, kind: str, content: bytes) -> str:
        """Add an object unless it is known or there, and return its id."""
        key = name_of(kind, content)
        self.objects[key] = None
        if key not in self._written:
            self._written.add(key)
            self._count += 1
            self._file.write(_entry_header(_KINDS[kind], len(content)) + zlib.compress(content))
        return key

    def finish(self) -> bytes:
        """Return the whole pack."""
        self._file.seek(8)
        self._file.write(struct.pack(">I", self._count))
        self._file.seek(0)
        content = self._file.read()
        self._file.close()
        return content + hashlib.sha1(content, usedforsecurity=False).digest()


def _entry_header(kind: int, size: int) -> bytes:
    """The type and the size before an object in a pack: four bits of the size, then seven to a byte."""
    byte, size = kind << 4 | size & 15, size >> 4
    header = bytearray()
    while size:
        header.append(byte | 128)
        byte, size = size & 127, size >> 7
    header.append(byte)
    return bytes(header)
