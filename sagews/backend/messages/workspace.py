"""What pages ask of the documents of a workspace."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.workspaces.entries import document_entry
from sagews.model.identifiers import DocumentId
from sagews.wire.browser.workspace import Create, Created, DocumentList, Documents, Remove, Removed, Rename, Renamed


async def documents(context: Context, message: Documents) -> None:
    """List the documents."""
    found = await context.workspace.document_set.list()
    context.tell(DocumentList(message.request, [document_entry(about) for about in found]))


async def create(context: Context, message: Create) -> None:
    """Make a document."""
    about = await context.workspace.document_set.create(message.path, context.id)
    context.workspace.changed(context.user.id)
    context.tell(Created(document_entry(about), message.request))


async def rename(context: Context, message: Rename) -> None:
    """Give a document another path."""
    document = DocumentId(message.document)
    about = await context.workspace.document_set.rename(document, message.path, context.id)
    context.workspace.changed(context.user.id)
    context.tell(Renamed(document_entry(about), message.request))


async def remove(context: Context, message: Remove) -> None:
    """Remove a document."""
    await context.workspace.document_set.remove(DocumentId(message.document), context.id)
    context.workspace.changed(context.user.id)
    context.tell(Removed(message.document, message.request))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {Documents: documents, Create: create, Rename: rename, Remove: remove}
