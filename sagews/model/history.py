"""Versions of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sagews.model.identifiers import CellId, UserId


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a workspace's history.

    Attributes:
        id: the git object id, 40 hexadecimal digits.
        parent: the commit before it on its ref, or None.
        tree: the git tree id.
        kind: "autosave", "save", "named", "session" or "revert".
        name: what a person called it, or "".
        files_changed: against the parent.
    """

    id: str
    parent: str | None
    tree: str
    ref: str
    kind: str
    name: str
    author: UserId | None
    author_name: str
    time: datetime
    files_changed: int


@dataclass(frozen=True, slots=True)
class StoredAutosave:
    """An autosave as those who make room see it.

    Attributes:
        commit: its id.
        time: when it was made.
        size: of its bundle, in bytes.
        needed: whether something else needs it, so that it can't go.
    """

    commit: str
    time: datetime
    size: int
    needed: bool


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What people have to know of the last save of a workspace beside its version.

    Attributes:
        left_out: paths that it could not keep, with the reason.
        removed: how many of the `present` files of the version before are gone; both 0 unless those are most of them.
        problem: why nothing was saved, a sentence; "" if it was.
        outputs: why a named version was made without the outputs of its cells, a sentence; "" otherwise.
    """

    left_out: tuple[tuple[str, str], ...] = ()
    removed: int = 0
    present: int = 0
    problem: str = ""
    outputs: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a one-shot jail made of a workspace's files: a tree, and a bundle that holds it.

    Attributes:
        tree: the git tree id that the jail claims; checked again before it is believed.
        bundle: a git bundle with one ref, `refs/sagews/tree`, pointing to a commit of that tree.
        left_out: paths that were not saved, with the reason (too large, special file).
    """

    tree: str
    bundle: bytes | memoryview
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VersionOutput:
    """What one cell had printed when its version was named.

    Attributes:
        ordinal: its place among those of the version, from 1.
        path: of the document.
        number: of the run in its session.
        state: how the run had ended, a value of RunState.
        hash: the SHA-256 of the source that had run, in hexadecimal.
        pieces: kind and body of each, in order.
        place: of the cell among those of its worksheet in that version, from 0; only where it was looked up.
        code: the first line of the cell's source in that version; likewise.
    """

    ordinal: int
    path: str
    cell: CellId
    number: int
    state: str
    hash: str
    started: datetime | None
    finished: datetime | None
    seconds: float | None
    pieces: Sequence[tuple[str, Mapping[str, Any]]]
    place: int = 0
    code: str = ""
