"""Sessions that are alive, for administrators: who has them, and their end."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.query import number
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import LiveSide, Parts
from sagews.interfaces.accounts import IAccountStore
from sagews.model.identifiers import SessionId, UserId, parse_id
from sagews.policy.http.requests import Policy

MOST_LISTED = 200


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the routes of sessions."""
    calls = SessionCalls(parts.accounts, parts.live)
    routes.add("GET", "/api/sessions", Policy.OPERATOR, calls.sessions)
    routes.add("POST", "/api/sessions/{session}/end", Policy.OPERATOR, calls.end, body=schemas.Nothing)


class SessionCalls:
    """The calls about everybody's sessions.

    Args:
        accounts: knows people's names.
        live: has the sessions; None where there is no backend to ask.
    """

    def __init__(self, accounts: IAccountStore, live: LiveSide | None) -> None:
        self._accounts = accounts
        self._live = live

    async def sessions(self, call: Call) -> Answer:
        """List sessions by id, which is by age, after one of them."""
        after = call.query.get("after")
        behind = parse_id(after, "after") if after else ""
        limit = number(call.query.get("limit"), "limit", MOST_LISTED, MOST_LISTED)
        found = sorted(
            (each for each in await self._side().sessions() if each["id"] > behind), key=lambda each: each["id"]
        )
        shown = found[:limit]
        people = await self._accounts.find_users([UserId(user) for user in {each["user"] for each in shown}])
        names = {person.id: person for person in people}
        listed = [{**each, "user": schemas.name_of(names.get(each["user"]))} for each in shown]
        return answer({"sessions": listed, "more": len(found) > limit})

    async def end(self, call: Call) -> Answer:
        """End one; whoever uses it reads that an administrator did."""
        if not await self._side().end_session(SessionId(call.parameters["session"])):
            raise SagewsError("no-session")
        return answer({})

    def _side(self) -> LiveSide:
        if self._live is None:
            raise SagewsError("elsewhere")
        return self._live
