"""Ending a session of which nobody wants to hear any more, wherever its start or its end has got to meanwhile."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import SessionId


async def end_unwanted(host: ISessionHost, session: SessionId) -> None:
    """End a session if it is there; raises what else the worker does."""
    try:
        await host.end_session(session, "shutdown")
    except SagewsError as error:
        # It is over, or not made yet: then whoever makes it ends it.
        if error.code != "no-session":
            raise
