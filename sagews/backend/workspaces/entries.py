"""How documents and versions look in the lists that pages get."""

from __future__ import annotations

from sagews.model.history import Commit
from sagews.model.workspaces import Document
from sagews.wire.browser.history import VersionEntry
from sagews.wire.browser.workspace import DocumentEntry


def document_entry(about: Document) -> DocumentEntry:
    """Return a document as lists show it."""
    return DocumentEntry(id=about.id, path=about.path, title=about.title, edited=about.edited.isoformat())


def version_entry(commit: Commit) -> VersionEntry:
    """Return a commit as the history panel shows it."""
    return VersionEntry(
        id=commit.id,
        kind=commit.kind,
        name=commit.name,
        author=commit.author_name,
        time=commit.time.isoformat(),
        files_changed=commit.files_changed,
    )
