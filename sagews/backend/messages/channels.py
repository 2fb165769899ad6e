"""What people say to a cell that asks, and to interacts."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.wire.browser.channels import ChannelMessage


async def say(context: Context, message: ChannelMessage) -> None:
    """Pass something on over a channel."""
    session = context.document(message.document).session
    await session.registry.channels.say(context.user.id, context.id, session.host, session.id, message)


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {ChannelMessage: say}
