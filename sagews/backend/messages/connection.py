"""Messages about the connection itself, once it was welcomed."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.wire.browser.connection import Ping, Pong


def ping(context: Context, message: Ping) -> None:
    """Answer at once."""
    context.tell(Pong(sent=message.sent))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {Ping: ping}
