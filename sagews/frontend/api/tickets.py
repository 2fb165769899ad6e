"""Tickets: with one, good for 30 seconds and one use, a page connects to the backend that serves its workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts, Placement
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.identifiers import WorkspaceId
from sagews.policy.accounts import tokens
from sagews.policy.http.requests import Policy


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the route of tickets."""
    TicketCalls(parts.workspaces, parts.placement, parts.now).add_to(routes)


class TicketCalls:
    """Makes tickets.

    Args:
        placement: chooses the backend of a workspace, or of an evaluation.
        now: returns the time, UTC.
    """

    def __init__(self, workspaces: IWorkspaceStore, placement: Placement, now: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._placement = placement
        self._now = now

    def add_to(self, routes: Routes) -> None:
        """Add the route."""
        routes.add("POST", "/api/ticket", Policy.LOGIN, self.ticket, body=schemas.TicketFor)

    async def ticket(self, call: Call) -> Answer:
        """Make a ticket for a workspace that the caller has a grant for, or for evaluation only."""
        wanted = call.body.workspace
        workspace = None if wanted is None else WorkspaceId(wanted)
        backend = await self._placement(workspace)
        ticket = tokens.new_secret()
        expires = self._now() + tokens.TICKET_LIFETIME
        await self._workspaces.create_ticket(
            # Hashed: whoever reads the table, or a backup of it, can open nothing with what stands there.
            tokens.hashed(ticket),
            call.signed_in.id,
            call.user.id,
            workspace,
            backend.name,
            expires,
        )
        return answer({"ticket": ticket, "url": backend.url or call.base.websocket})
