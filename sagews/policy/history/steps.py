"""What becomes of a saved tree: on which ref it goes, what its parent is, and the commit object, which we write.

`main` holds named versions, saves, ends of sessions and reverts, each with the one before as its parent. An autosave
hangs below the newest of `main`, beside the other autosaves, so that any of them can be dropped without harm.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sagews.errors import SagewsError
from sagews.model.history import Commit
from sagews.model.identifiers import UserId

MAIN = "main"
AUTOSAVE = "autosave"
MAX_NAME = 300
CHAIN = 32
"""So many bundles are needed together before the next one is made to hold everything by itself."""
FEWEST_REMOVED = 3
"""Fewer files than these may go without a question: people remove a file or two all the time."""

_TITLES: Mapping[str, str] = {
    "autosave": "Autosave",
    "save": "Save",
    "named": "Version",
    "session": "End of a session",
    "revert": "Back to an earlier version",
}
# What would end a line or an address of a commit object, where the next line would be a header.
_NOT_A_NAME = re.compile(r"[\x00-\x1f\x7f<>\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Heads:
    """Where the refs of a workspace are, and its newest commit."""

    main: Commit | None
    autosave: Commit | None
    newest: Commit | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a version is, what a person called it, and who that was (None: the system)."""

    kind: str
    name: str
    author: UserId | None
    author_name: str


@dataclass(frozen=True, slots=True)
class CommitStep:
    """What to do with a tree: move this ref from `expected` to a new commit with this parent."""

    ref: str
    expected: str | None
    parent: str | None


def removes_most(removed: int, present: int) -> bool:
    """Whether a save takes so many files out of a workspace that a person has to want it.

    Args:
        removed: how many files of the newest version are gone.
        present: how many it has.
    """
    return removed >= FEWEST_REMOVED and 2 * removed > present


def next_step(origin: Origin, tree: str, heads: Heads) -> CommitStep | None:
    """Return where a tree goes, or None if there is nothing new to keep.

    Raises:
        SagewsError: `bad-value` for a kind that is not one.
    """
    kind, main = origin.kind, heads.main
    if kind not in _TITLES:
        raise SagewsError("bad-value", field="kind", reason="it is not a kind of version")
    parent = None if main is None else main.id
    # In a ref of its own: main holds what somebody meant to keep, and autosaves may be thinned out later.
    if kind == "autosave":
        if heads.newest is not None and heads.newest.tree == tree:
            return None
        return CommitStep(AUTOSAVE, None if heads.autosave is None else heads.autosave.id, parent)
    same = main is not None and main.tree == tree
    # A name is worth a commit of its own although no file differs; so is a revert, which says that somebody went back.
    if same and (kind in ("save", "session") or (kind == "named" and main is not None and main.name == origin.name)):
        return None
    return CommitStep(MAIN, parent, parent)


def commit_object(tree: str, parent: str | None, origin: Origin, time: datetime) -> bytes:
    """Return the text of a commit object: by the person, at this second, saying what kind of version it is."""
    seconds = int(time.timestamp())
    # git itself strips these from both ends of a name; an id that is computed with them would not be the one that it
    # finds.
    person = _NOT_A_NAME.sub(" ", origin.author_name).strip(" .,:;'\"")[:100] or "Sage Workspaces"
    who = f"{person} <{origin.author or 'sagews'}@sagews> {seconds} +0000"
    title = _NOT_A_NAME.sub(" ", origin.name).strip()[:MAX_NAME] or _TITLES[origin.kind]
    parents = "" if parent is None else f"parent {parent}\n"
    return f"tree {tree}\n{parents}author {who}\ncommitter {who}\n\n{title}\n\nKind: {origin.kind}\n".encode()


def commit_id(text: bytes) -> str:
    """Return the git object id of a commit object."""
    # git's own name for an object, not a proof of anything: the jail computes it too, and both must agree.
    return hashlib.sha1(b"commit %d\0" % len(text) + text, usedforsecurity=False).hexdigest()
