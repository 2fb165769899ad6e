"""What the handler of a message is given beside the message, and how messages find their handlers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.events.subscriber import Subscriber
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.errors import SagewsError
from sagews.model.accounts import User
from sagews.model.identifiers import DocumentId
from sagews.wire.browser.base import FromPage, ToPage
from sagews.wire.browser.connection import Hello
from sagews.wire.browser.messages import Grammar, tag_of


@dataclass(frozen=True, slots=True)
class Context:
    """The connection that a message came from, as far as handlers are concerned; made once for each connection.

    Attributes:
        subscriber: the connection, as documents know it.
        user: who it is.
        open_workspace: the workspace that the connection is about; None for single evaluations.
    """

    subscriber: Subscriber
    user: User
    open_workspace: OpenWorkspace | None

    @property
    def id(self) -> str:
        """The connection's id, which is also its correlation id."""
        return self.subscriber.id

    @property
    def workspace(self) -> OpenWorkspace:
        """The workspace; the guard has seen to it that there is one."""
        if self.open_workspace is None:
            raise SagewsError("forbidden")
        return self.open_workspace

    def document(self, document: str) -> LiveDocument:
        """Return a document that this connection has open.

        Raises:
            SagewsError: `document-not-open`.
        """
        live = self.workspace.find(DocumentId(document))
        if self.subscriber.id not in live.stream.watchers:
            raise SagewsError("document-not-open")
        return live

    def tell(self, message: ToPage) -> None:
        """Send an answer."""
        self.subscriber.tell(message)


# A plain function for what is answered in the same turn; a coroutine function for what has to wait for something.
Handler = Callable[[Context, Any], Coroutine[Any, Any, None] | None]
Handlers = Mapping[type[FromPage], Handler]


class Router:
    """Knows the handler of each message; what has no handler is not even parsed.

    Args:
        features: the handlers of each feature.

    Raises:
        TypeError: a message declares no right, or has two handlers.
    """

    def __init__(self, features: Iterable[Handlers]) -> None:
        self.handlers: dict[type[FromPage], Handler] = {}
        for handlers in features:
            for message, handler in handlers.items():
                self._add(message, handler)
        self.parse = Grammar((Hello, *self.handlers)).parse

    def _add(self, message: type[FromPage], handler: Handler) -> None:
        if not hasattr(message, "needs"):
            raise TypeError(f"the message {tag_of(message)} does not say which right it needs")
        if message in self.handlers:
            raise TypeError(f"the message {tag_of(message)} has two handlers")
        self.handlers[message] = handler
