"""Checks the tree that a snapshot delivered and makes the bundle of our commit of it.

The snapshot comes from a jail in which a user's code may have run, so nothing in it is believed: git checks every
object on its way in, the tree is walked against our own rules, and every object that the commit reaches has to be
there.
"""

from __future__ import annotations

import os
from pathlib import Path

from sagews.session.jobs.repository.git import Git
from sagews.session.jobs.repository.names import parts_of
from sagews.session.jobs.repository.objects import FILE, LINK, PROGRAM, name_of
from sagews.session.jobs.run import JobError
from sagews.session.jobs.take_tree import MAX_ENTRIES, MAX_FILE, MAX_TOTAL
from sagews.wire.jobs import DOCUMENT_SUFFIX, CommitAnswer, CommitRequest

REF = "refs/sagews/version"
MAX_DOCUMENTS = 64 * 1024 * 1024
_FOLDER = "040000"


def commit(data: bytes, home: Path, scratch: Path) -> bytes:
    """Run the job "commit"."""
    request = CommitRequest.from_bytes(data)
    git = Git(scratch / "store")
    git.take([*request.bundles, bytes(request.snapshot)])
    check_tree(git, request.tree)
    expected = name_of("commit", request.text)
    found = git.run("hash-object", "-t", "commit", "-w", "--stdin", input=request.text).decode().strip()
    if found != expected or git.tree_of(found) != request.tree:
        raise JobError("the commit is not of this tree")
    git.run("update-ref", REF, found)
    git.run("rev-list", "--objects", "--quiet", found)
    needed = [] if request.parent is None or request.full else ["--not", request.parent]
    bundle = git.run("bundle", "create", "--quiet", "--version=2", "-", REF, *needed)
    removed, present = _removed(git, request.tree, request.before)
    return CommitAnswer(found, _changed(git, request.tree, request.parent), bundle, removed, present).to_bytes()


def check_tree(git: Git, tree: str) -> None:
    """Check modes, names, number and size of everything in a tree.

    Raises:
        JobError: something is not what a snapshot makes.
    """
    entries = git.listing(tree)
    if len(entries) > 2 * MAX_ENTRIES:
        raise JobError("the tree has too many entries")
    for mode, _, _, size, path in entries:
        if mode not in (FILE, PROGRAM, LINK, _FOLDER):
            raise JobError("the tree holds something that is neither file nor folder nor link")
        if parts_of(os.fsdecode(path)) is None:
            raise JobError("the tree holds a name that is not allowed")
        if size > MAX_FILE:
            raise JobError("the tree holds a file that is too large")
    if sum(size for _, _, _, size, _ in entries) > MAX_TOTAL + MAX_DOCUMENTS:
        raise JobError("the tree is too large")


def _changed(git: Git, tree: str, parent: str | None) -> int:
    """How many files differ from the parent."""
    if parent is None:
        return sum(1 for _, kind, *_ in git.listing(tree) if kind == "blob")
    return git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", git.tree_of(parent), tree).count(b"\0")


def _removed(git: Git, tree: str, before: str | None) -> tuple[int, int]:
    """How many of a version's files a tree has no more, and of how many; documents are not files of a home."""
    if before is None:
        return 0, 0
    old, new = _files(git, git.tree_of(before)), _files(git, tree)
    return len(old - new), len(old)


def _files(git: Git, tree: str) -> set[bytes]:
    """The paths of a tree's files and links, documents apart."""
    suffix = DOCUMENT_SUFFIX.encode()
    return {path for _, kind, _, _, path in git.listing(tree) if kind == "blob" and not path.endswith(suffix)}
