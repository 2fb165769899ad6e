"""Stopping the session of a document, and asking it what is at the cursor."""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.runs.document_session import DocumentSession
from sagews.wire.browser.session import (
    Complete,
    Completions,
    Inspect,
    Inspection,
    Interrupt,
    Restart,
    Stop,
    Variable,
    VariableList,
    Variables,
)
from sagews.wire.session.messages import complete_message, inspect_message, variables_message

MAX_MATCHES = 500
MAX_TEXT = 200_000


def interrupt(context: Context, message: Interrupt) -> None:
    """Interrupt what runs."""
    context.document(message.document).session.interrupt()


def restart(context: Context, message: Restart) -> None:
    """Replace the session by a fresh one."""
    context.document(message.document).session.stop("restarted")


def stop(context: Context, message: Stop) -> None:
    """End the session."""
    context.document(message.document).session.stop("stopped")


async def complete(context: Context, message: Complete) -> None:
    """Ask the session what may follow."""
    session = context.document(message.document).session
    source = _source(session)
    found = await session.ask(complete_message(message.code, message.cursor))
    # What a session says is hostile: its texts are cut, its numbers made numbers, before a page sees them.
    matches = [{str(key): str(value)[:300] for key, value in match.items()} for match in found["matches"][:MAX_MATCHES]]
    context.tell(
        Completions(message.document, message.request, int(found["start"]), int(found["end"]), matches, source)
    )


async def inspect(context: Context, message: Inspect) -> None:
    """Ask the session what a name is."""
    session = context.document(message.document).session
    source = _source(session)
    found = await session.ask(inspect_message(message.code, message.cursor, message.detail))
    data = {str(kind): str(text)[:MAX_TEXT] for kind, text in found["data"].items()}
    context.tell(Inspection(message.document, message.request, bool(found["found"]), data, source))


def _source(session: DocumentSession) -> str:
    """Return where an answer to what is asked now comes from."""
    return "running" if session.busy else "session"


async def variables(context: Context, message: Variables) -> None:
    """Ask the session which variables there are; the worker has bounded what it says."""
    session = context.document(message.document).session
    found = await session.ask(variables_message())
    listed = [Variable(each["name"], each["kind"], each["extent"], each["value"]) for each in found["variables"]]
    context.tell(VariableList(message.document, message.request, listed, int(found["more"])))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {
        Interrupt: interrupt,
        Restart: restart,
        Stop: stop,
        Complete: complete,
        Inspect: inspect,
        Variables: variables,
    }
