"""What each message about a document leads to; what needs the workspace as a whole is in requests.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.backend.connections.connection import Connection
from sagews.backend.connections.registry import Handler, Lobby
from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.errors import SagewsError
from sagews.model.identifiers import DocumentId, RunId
from sagews.wire.browser import messages as browser
from sagews.wire.browser.events import Changed, Completions, Inspection, Pong, WholeOutputOut

MAX_MATCHES = 500
MAX_TEXT = 200_000


def workspace_of(connection: Connection) -> OpenWorkspace:
    """Return the workspace of a connection; the guard has seen to it that there is one."""
    if connection.workspace is None:
        raise SagewsError("forbidden")
    return connection.workspace


def document_of(connection: Connection, document: str) -> LiveDocument:
    """Return a document that this connection has open.

    Raises:
        SagewsError: `document-not-open`.
    """
    live = workspace_of(connection).find(DocumentId(document))
    if connection.id not in live.stream.watchers:
        raise SagewsError("document-not-open")
    return live


def open_handler(lobby: Lobby) -> Handler:
    """Return the handler of `open`, which notes which pages have come back: only they can repeat a run."""

    async def open_document(connection: Connection, message: browser.Open) -> None:
        """Load a document and let the page watch it."""
        live = await workspace_of(connection).load(DocumentId(message.document))
        if message.have is not None:
            connection.may_repeat_until = lobby.clock.seconds() + lobby.settings.confirm_seconds
        if connection.guard.state in ("working", "reading"):
            live.open(connection, message.vector, message.have)

    return open_document


def close_document(connection: Connection, message: browser.Close) -> None:
    """Stop watching."""
    document_of(connection, message.document).close(connection)
    connection.outbox.forget(message.document)


def edit(connection: Connection, message: browser.Edit) -> None:
    """Apply an edit."""
    live = document_of(connection, message.document)
    live.edit(connection, message.edit, message.update)
    workspace_of(connection).edited(live, connection.user.id)


def presence(connection: Connection, message: browser.Presence) -> None:
    """Tell others where somebody is."""
    document_of(connection, message.document).presence.set(connection, message.state)


def ping(connection: Connection, message: browser.Ping) -> None:
    """Answer at once."""
    connection.tell(Pong(sent=message.sent))


def interrupt(connection: Connection, message: browser.Interrupt) -> None:
    """Interrupt what runs."""
    document_of(connection, message.document).session.interrupt()


def restart(connection: Connection, message: browser.Restart) -> None:
    """Replace the session by a fresh one."""
    document_of(connection, message.document).session.stop("restarted")


def stop(connection: Connection, message: browser.Stop) -> None:
    """End the session."""
    document_of(connection, message.document).session.stop("stopped")


async def complete(connection: Connection, message: browser.Complete) -> None:
    """Ask the session what may follow."""
    session = document_of(connection, message.document).session
    found = await session.ask("complete", message.code, message.cursor)
    matches = [{str(key): str(value)[:300] for key, value in match.items()} for match in found["matches"][:MAX_MATCHES]]
    connection.tell(Completions(message.document, message.request, int(found["start"]), int(found["end"]), matches))


async def inspect(connection: Connection, message: browser.Inspect) -> None:
    """Ask the session what a name is."""
    session = document_of(connection, message.document).session
    found = await session.ask("inspect", message.code, message.cursor, message.detail)
    data = {str(kind): str(text)[:MAX_TEXT] for kind, text in found["data"].items()}
    connection.tell(Inspection(message.document, message.request, bool(found["found"]), data))


async def whole_output(connection: Connection, message: browser.WholeOutput) -> None:
    """Send everything that is kept of a run."""
    live = document_of(connection, message.document)
    pieces = await live.whole_output(RunId(message.run))
    connection.tell(WholeOutputOut(message.request, message.document, message.run, pieces))


def run_handler(lobby: Lobby) -> Handler:
    """Return the handler of `run`, which asks the store first where a page may be repeating itself."""

    def run(connection: Connection, message: browser.Run) -> None:
        """Queue cells, or say which have changed."""
        live = document_of(connection, message.document)
        check = lobby.clock.seconds() < connection.may_repeat_until
        changed = live.run(connection, message.cells, check=check)
        if changed:
            held = [wanted.cell for wanted in message.cells if wanted.cell not in changed]
            connection.tell(Changed(document=message.document, cells=list(changed), held=held))

    return run


def document_handlers() -> Mapping[type, Any]:
    """Return the handlers of messages about one document."""
    return {
        browser.Close: close_document,
        browser.Edit: edit,
        browser.Presence: presence,
        browser.Ping: ping,
        browser.Interrupt: interrupt,
        browser.Restart: restart,
        browser.Stop: stop,
        browser.Complete: complete,
        browser.Inspect: inspect,
        browser.WholeOutput: whole_output,
    }
