"""Making, renaming and removing documents, and how lists of documents and versions look to a page."""

from __future__ import annotations

from sagews.backend.workspaces.open_workspace import OpenWorkspace, Stores
from sagews.errors import SagewsError
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId, new_id
from sagews.model.workspaces import Document
from sagews.policy.documents.paths import check_document_path, title_of
from sagews.wire.browser.events import Created, DocumentEntry, Removed, Renamed, VersionEntry

MAX_DOCUMENTS = 500


async def create_document(workspace: OpenWorkspace, stores: Stores, path: str, asker: str | None = None) -> Document:
    """Make an empty worksheet and tell everybody but the asker.

    Raises:
        SagewsError: `bad-name`, `name-taken`, `limit`.
    """
    path = check_document_path(path)
    if len(await stores.workspaces.documents(workspace.about.id)) >= MAX_DOCUMENTS:
        raise SagewsError("limit", limit=f"{MAX_DOCUMENTS} worksheets", advice="Remove one, or use another workspace.")
    document = DocumentId(new_id())
    about = await stores.workspaces.create_document(workspace.about.id, document, path, title_of(path))
    workspace.tell_all(Created(document=document_entry(about)), but=asker)
    return about


async def rename_document(
    workspace: OpenWorkspace, stores: Stores, document: DocumentId, path: str, asker: str
) -> Document:
    """Give a document another path and tell everybody but the asker.

    Raises:
        SagewsError: `bad-name`, `name-taken`, `not-found`.
    """
    path = check_document_path(path)
    await check_document(workspace, stores, document)
    about = await stores.workspaces.rename_document(document, path)
    workspace.renamed(about)
    workspace.tell_all(Renamed(document=document_entry(about)), but=asker)
    return about


async def remove_document(
    workspace: OpenWorkspace, stores: Stores, document: DocumentId, asker: str | None = None
) -> None:
    """Remove a document and tell everybody but the asker; the history keeps it.

    Raises:
        SagewsError: `not-found`.
    """
    await check_document(workspace, stores, document)
    await stores.workspaces.remove_document(document)
    workspace.removed(document)
    workspace.tell_all(Removed(document=document), but=asker)


async def check_document(workspace: OpenWorkspace, stores: Stores, document: DocumentId) -> Document:
    """Return a document of this workspace.

    Raises:
        SagewsError: `not-found` for any other.
    """
    about = await stores.workspaces.document(document)
    if about is None or about.workspace != workspace.about.id:
        raise SagewsError("not-found")
    return about


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
