"""What I have, what I may have, and how to free some of it."""

from __future__ import annotations

from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.policy.http.requests import Policy
from sagews.policy.quotas.resources import BYTES, HOW_TO_FREE, NOUNS, Resource, allowed

# Known to the database, wherever the backend is.
_STORED = frozenset({Resource.WORKSPACES, Resource.OUTPUTS, Resource.HISTORY, Resource.HOMES})
# Counted for each worksheet or workspace by itself.
_APART = frozenset({Resource.WORKSHEET_OUTPUTS, Resource.HOME, Resource.NAMED_VERSIONS})
# Whoever needs room looks at the largest first.
MOST_LARGEST = 10


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the route of one's own quotas."""

    async def mine(call: Call) -> Answer:
        """List every quota; what lives in a backend elsewhere, or apart, is shown without what is used."""
        user = call.user
        live = None if parts.live is None else await parts.live.used(user.id)
        used = dict(live or {})
        used[Resource.WORKSPACES] = await parts.workspaces.owned(user.id)
        used[Resource.OUTPUTS] = await parts.usage.outputs(user.id, ())
        used[Resource.HISTORY] = await parts.usage.history(user.id)
        known = _STORED if live is None else frozenset(Resource) - _APART
        used[Resource.HOMES] = await parts.usage.homes(user.id)
        quota = parts.quotas[user.privilege]
        shown = [
            {
                "resource": resource.value,
                "name": NOUNS[resource],
                "used": used.get(resource.value, 0) if resource in known else None,
                "allowed": allowed(quota, resource),
                "unit": "bytes" if resource in BYTES else "",
                "free": HOW_TO_FREE[resource],
            }
            for resource in Resource
        ]
        largest = [
            {
                "id": each.workspace,
                "name": each.name,
                "outputs": each.outputs,
                "history": each.history,
                "files": each.files,
            }
            for each in await parts.usage.largest(user.id, MOST_LARGEST)
        ]
        return answer({"quotas": shown, "largest": largest})

    routes.add("GET", "/api/quotas", Policy.LOGIN, mine)
