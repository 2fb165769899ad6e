"""How documents and versions look in the lists that pages get."""

from __future__ import annotations

from sagews.errors import sentence
from sagews.model.history import Commit, SaveReport, VersionOutput
from sagews.model.workspaces import Document
from sagews.wire.browser.history import KeptCell, Unsaved, UnsavedPath, VersionEntry
from sagews.wire.browser.runs import PieceBody
from sagews.wire.browser.workspace import DocumentEntry

SHOWN_PATHS = 100


def document_entry(about: Document) -> DocumentEntry:
    """Return a document as lists show it."""
    return DocumentEntry(id=about.id, path=about.path, title=about.title, edited=about.edited.isoformat())


def version_entry(commit: Commit, *, may_unname: bool = False) -> VersionEntry:
    """Return a commit as the history panel shows it."""
    return VersionEntry(
        id=commit.id,
        kind=commit.kind,
        name=commit.name,
        author=commit.author_name,
        time=commit.time.isoformat(),
        files_changed=commit.files_changed,
        may_unname=may_unname,
    )


def kept_cell(output: VersionOutput) -> KeptCell:
    """Return what a version keeps of a cell as the history panel shows it."""
    pieces = [PieceBody(number, kind, dict(body)) for number, (kind, body) in enumerate(output.pieces, 1)]
    return KeptCell(output.ordinal, output.path, output.cell, output.place, output.code, output.state, pieces)


def unsaved_entry(report: SaveReport) -> Unsaved:
    """Return what pages are told of a save that did not keep everything, or that removed most files."""
    paths = [UnsavedPath(path, why) for path, why in report.left_out[:SHOWN_PATHS]]
    problem = report.problem
    if not problem:
        removed = {"removed": report.removed, "present": report.present}
        said = (sentence("files-removed", removed) if report.removed else "", report.outputs)
        problem = " ".join(text for text in said if text)
    return Unsaved(paths, len(report.left_out) - len(paths), problem)
