"""Opening, editing and closing a document."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.model.identifiers import DocumentId
from sagews.wire.browser.document import Close, Edit, Open


async def open_document(context: Context, message: Open) -> None:
    """Load a document and let the page watch it."""
    workspace = context.workspace
    live = await workspace.load(DocumentId(message.document), context.user.id)
    # The page may have gone while the document was loaded; then it has left the workspace too.
    if context.id in workspace.subscribers:
        live.open(context.subscriber, message.vector, message.past, message.have)


def close_document(context: Context, message: Close) -> None:
    """Stop watching."""
    context.document(message.document).close(context.subscriber)
    context.subscriber.forget(message.document)


def edit(context: Context, message: Edit) -> Coroutine[Any, Any, None] | None:
    """Apply an edit, behind those before it."""
    live = context.document(message.document)

    def apply() -> Coroutine[Any, Any, None] | None:
        going_on = live.edit(context.subscriber, message.edit, message.update, message.past)
        context.workspace.edited(live, context.user.id)
        return going_on

    return live.order.take(apply)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {Open: open_document, Close: close_document, Edit: edit}
