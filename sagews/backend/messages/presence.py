"""Where people are in a document."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.wire.browser.presence import Presence


def presence(context: Context, message: Presence) -> None:
    """Tell others where somebody is."""
    context.document(message.document).presence.set(context.subscriber, message.state)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {Presence: presence}
