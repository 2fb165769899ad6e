"""Versions of a workspace.

page → backend                                                      needs      answered by
  save           request, name?                                      EDIT       version (to everybody)
  versions       request, before?, limit                             READ       versions
  difference     request, version, against?, whole?                  READ       difference
  revert         request, version                                    EDIT       version (to everybody)
  version_outputs request, version, after?                           READ       version_outputs
  unname         request, version                                    EDIT       unnamed (to everybody)
  thin           request                                             EDIT       thinned (the owner's alone)

backend → page
  version        version {id, kind, name, author, time, files_changed} | null, request?, unchanged
  versions       request, versions, more, older             older: the owner may remove autosaves (thin); of each
                                                            version may_unname: who asked may take its name
  difference     request, version, against, files [{path, status, diff, binary, cut}], cut
  version_outputs request, version, outputs [{ordinal, path, cell, place, code, state, pieces}], more
  unnamed        version, request?, freed                           bytes of outputs that it had kept
  thinned        request, freed                                      bytes of history that were removed
  unsaved        paths [{path, why}], more, problem                  after a greeting and whenever it changes
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.wire.browser.base import Commit, Count, FromPage, Right, Short, ToPage
from sagews.wire.browser.runs import PieceBody


class Save(FromPage, frozen=True, tag="save"):
    """Saves the workspace now; with a name it becomes a named version."""

    needs = Right.EDIT
    request: Count
    name: Short | None = None


class Versions(FromPage, frozen=True, tag="versions"):
    """Asks for versions, newest first, older than `before`."""

    needs = Right.READ
    request: Count
    before: Commit | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Difference(FromPage, frozen=True, tag="difference"):
    """Asks what changed in a version, against the one before or another; `whole` for all that it holds instead."""

    needs = Right.READ
    request: Count
    version: Commit
    against: Commit | None = None
    whole: bool = False


class Revert(FromPage, frozen=True, tag="revert"):
    """Brings a version back by a new commit."""

    needs = Right.EDIT
    request: Count
    version: Commit


class VersionOutputs(FromPage, frozen=True, tag="version_outputs"):
    """Asks for outputs that a named version keeps, behind a place: some at a time."""

    needs = Right.READ
    request: Count
    version: Commit
    after: Count = 0


class Unname(FromPage, frozen=True, tag="unname"):
    """Takes the name from a version, and the outputs that it keeps: for the owner, and for whoever named it."""

    needs = Right.EDIT
    request: Count
    version: Commit


class Thin(FromPage, frozen=True, tag="thin"):
    """Removes all autosaves but the newest: they count for the owner, who alone may."""

    needs = Right.EDIT
    request: Count


class VersionEntry(msgspec.Struct, frozen=True):
    """One version of the workspace; `kind` is "autosave", "save", "named", "session" or "revert".

    `may_unname` is said to whoever asked for a list: what everybody is told does not know who reads it.
    """

    id: str
    kind: str
    name: str
    author: str
    time: str
    files_changed: int
    may_unname: bool = False


class Version(ToPage, frozen=True, tag="version"):
    """A version was committed; `unchanged` when there was nothing new to save: then the one that holds it already."""

    version: VersionEntry | None
    request: int | None = None
    unchanged: bool = False


class VersionList(ToPage, frozen=True, tag="versions"):
    """Versions, newest first."""

    request: int
    versions: list[VersionEntry]
    more: bool
    older: bool = False


class FileDifference(msgspec.Struct, frozen=True):
    """What changed in one file: a unified diff, or a word for what is not text."""

    path: str
    status: str
    diff: str
    binary: bool = False
    cut: bool = False


class DifferenceOut(ToPage, frozen=True, tag="difference"):
    """What changed in a version."""

    request: int
    version: str
    against: str | None
    files: list[FileDifference]
    cut: bool = False


class KeptCell(msgspec.Struct, frozen=True):
    """What one cell had printed: `place` is the cell's in its worksheet and `code` its first line, in that version.

    `ordinal` is for asking on: behind the largest there is what comes next.
    """

    ordinal: int
    path: str
    cell: str
    place: int
    code: str
    state: str
    pieces: list[PieceBody]


class VersionOutputsOut(ToPage, frozen=True, tag="version_outputs"):
    """Outputs that a version keeps."""

    request: int
    version: str
    outputs: list[KeptCell]
    more: bool


class Unnamed(ToPage, frozen=True, tag="unnamed"):
    """The name was taken from a version: it is one that was saved, like others."""

    version: str
    request: int | None = None
    freed: int = 0


class Thinned(ToPage, frozen=True, tag="thinned"):
    """Autosaves were removed."""

    request: int
    freed: int


class UnsavedPath(msgspec.Struct, frozen=True):
    """A file that no version keeps, and why."""

    path: str
    why: str


class Unsaved(ToPage, frozen=True, tag="unsaved"):
    """What the last save could not keep: paths (and how many `more`), or all, with the problem as a sentence."""

    paths: list[UnsavedPath]
    more: int = 0
    problem: str = ""
