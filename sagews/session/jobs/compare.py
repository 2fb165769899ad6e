"""Compares two commits: which files differ, and how, within bounds."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sagews.session.jobs.repository.git import Git
from sagews.session.jobs.repository.objects import name_of
from sagews.wire.jobs import MAX_DIFFERENCE, ChangedFile, DiffAnswer, DiffRequest

# Nobody reads on; the page says that there are more.
MAX_FILES = 500
MAX_FILE_DIFF = 256 * 1024
_MAX_OUTPUT = MAX_DIFFERENCE // 2
# What a first version is compared with: git knows this id but has the object only where somebody wrote it.
_EMPTY_TREE = name_of("tree", b"")
_STATUS = {"A": "added", "D": "removed", "M": "changed", "T": "type"}
_SECTION = re.compile(rb"^diff --git ", re.MULTILINE)
_HUNK = re.compile(rb"^@@ ", re.MULTILINE)
_BINARY = re.compile(rb"^Binary files ", re.MULTILINE)
_PLAIN = (
    "--no-renames",
    # These two would run programs that a repository's own settings name.
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--unified=3",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


def diff(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "diff"."""
    request = DiffRequest.from_bytes(data)
    git = Git(scratch / "store")
    git.take(request.bundles)
    if request.against is None:
        git.run("hash-object", "-t", "tree", "-w", "--stdin")
    before = _EMPTY_TREE if request.against is None else git.tree_of(request.against)
    after = git.tree_of(request.version)
    changed = _changed(git, before, after)
    sections, cut = _sections(git, before, after)
    files: list[ChangedFile] = []
    for path, status in changed[:MAX_FILES]:
        # A file that became a link is shown by git as one that went and one that came.
        taken = sections[: 2 if status == "T" else 1]
        del sections[: len(taken)]
        files.append(_described(path, status, taken))
    return DiffAnswer(tuple(files), cut or len(changed) > MAX_FILES).to_bytes()


def _changed(git: Git, before: str, after: str) -> list[tuple[str, str]]:
    """Paths that differ, with git's letter, in git's order."""
    words = git.run("diff-tree", "-r", "-z", "--name-status", "--no-renames", before, after).split(b"\0")[:-1]
    return [(os.fsdecode(path), letter.decode()) for letter, path in zip(words[::2], words[1::2], strict=True)]


def _sections(git: Git, before: str, after: str) -> tuple[list[bytes], bool]:
    """The diff of each file, in the same order (two for a file that becomes a link), and whether there was more."""
    output, ended = git.read("diff-tree", "-r", "-p", *_PLAIN, before, after, longest=_MAX_OUTPUT)
    starts = [found.start() for found in _SECTION.finditer(output)]
    # Versions of the same files have no section at all: each ends where the next begins, and the last with the output.
    ends = [*starts[1:], len(output)][: len(starts)]
    sections = [output[start:end] for start, end in zip(starts, ends, strict=True)]
    return sections, not ended


def _described(path: str, status: str, sections: list[bytes]) -> ChangedFile:
    """One file that differs; without its sections (the output was cut) its diff is empty and cut."""
    hunks = b"".join(_hunks(section) for section in sections)
    cut = not sections or len(hunks) > MAX_FILE_DIFF
    return ChangedFile(
        path=path.encode("utf-8", "replace").decode(),
        status=_STATUS.get(status, "changed"),
        diff=hunks[:MAX_FILE_DIFF].decode("utf-8", "replace"),
        binary=any(_BINARY.search(section) and not _HUNK.search(section) for section in sections),
        cut=cut,
    )


def _hunks(section: bytes) -> bytes:
    """What follows the header of a file's diff."""
    first = _HUNK.search(section)
    return section[first.start() :] if first else b""
