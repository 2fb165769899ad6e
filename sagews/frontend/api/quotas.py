"""What I have, what I may have, and how to free some of it."""

from __future__ import annotations

from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.policy.http.requests import Policy
from sagews.policy.quotas.resources import HOW_TO_FREE, NOUNS, Resource, allowed


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the route of one's own quotas."""

    async def mine(call: Call) -> Answer:
        """List every quota; what lives in a backend elsewhere is shown without what is used of it."""
        user = call.user
        used: dict[str, int] = {} if parts.live is None else dict(parts.live.used(user.id))
        used[Resource.WORKSPACES] = await parts.workspaces.owned(user.id)
        known = parts.live is not None
        quota = parts.quotas[user.privilege]
        shown = [
            {
                "resource": resource.value,
                "name": NOUNS[resource],
                "used": used.get(resource.value, 0) if known or resource is Resource.WORKSPACES else None,
                "allowed": allowed(quota, resource),
                "free": HOW_TO_FREE[resource],
            }
            for resource in Resource
        ]
        return answer({"quotas": shown})

    routes.add("GET", "/api/quotas", Policy.LOGIN, mine)
