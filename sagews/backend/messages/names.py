"""What cells read and wrote, and names that are removed from a session."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.wire.browser.names import AskNames, NamesRemoved, RemoveNames
from sagews.wire.session.messages import remove_message


def names(context: Context, message: AskNames) -> None:
    """Tell everything."""
    context.tell(context.document(message.document).session.names.now(message.request))


async def remove(context: Context, message: RemoveNames) -> None:
    """Have names removed, if the session computes nothing."""
    session = context.document(message.document).session
    answer = await session.ask(remove_message(message.names))
    # What a session says is hostile: nothing is heard that was not asked.
    removed = [name for name in message.names if name in str(answer.get("names", "")).split()]
    session.names.removed(removed)
    context.tell(NamesRemoved(message.request, message.document, removed))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {AskNames: names, RemoveNames: remove}
