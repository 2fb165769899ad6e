"""What pages ask of the documents of a workspace."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.workspaces.entries import document_entry
from sagews.backend.workspaces.home_notebooks import notebook_at
from sagews.backend.workspaces.importing import open_file
from sagews.backend.workspaces.stores import Stores
from sagews.model.identifiers import DocumentId
from sagews.model.workspaces import Document
from sagews.policy.documents.paths import check_document_path, is_notebook
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.workspace import Create, Created, DocumentList, Documents, Remove, Removed, Rename, Renamed


async def documents(context: Context, message: Documents) -> None:
    """List the documents."""
    found = await context.workspace.document_set.list()
    context.tell(DocumentList(message.request, [document_entry(about) for about in found]))


class NewDocuments:
    """Makes documents.

    Args:
        clock: gives turns to others.
        stores: count jobs, and read notebooks.
    """

    def __init__(self, clock: IReactorTime, stores: Stores) -> None:
        self._clock = clock
        self._stores = stores

    async def create(self, context: Context, message: Create) -> None:
        """Make a document: an empty one, or a notebook of the notebook that lies at its path in the home."""
        path = check_document_path(message.path)
        about = await self._opened(context, path) if is_notebook(path) else None
        if about is None:
            about = await context.workspace.document_set.create(path, context.id)
        context.workspace.changed(context.user.id)
        context.tell(Created(document_entry(about), message.request))

    async def _opened(self, context: Context, path: str) -> Document | None:
        """Open a notebook of the home; None where there is none."""
        user, workspace, stores = context.user.id, context.workspace, self._stores
        stores.ledger.take(user, Resource.JOBS)
        try:
            data = await notebook_at(workspace.files, path)
            if data is None:
                return None
            file = await stores.checks.opened(user, data)
            return await open_file(self._clock, workspace.document_set, user, path, file, context.id)
        finally:
            stores.ledger.give_back(user, Resource.JOBS)


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
    create = NewDocuments(services.clock, services.stores).create
    return {Documents: documents, Create: create, Rename: rename, Remove: remove}
