"""The state of the installation, for administrators and the command line."""

from __future__ import annotations

from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.policy.http.requests import Policy


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the route of the state."""

    async def status(_call: Call) -> Answer:
        return answer(await parts.status())

    routes.add("GET", "/api/status", Policy.OPERATOR, status)
