"""What a gate does about policies that nobody could enforce."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.http.bounded_server import BoundedSite
from sagews.frontend.http.call import Answer
from sagews.frontend.http.gate import Gate
from sagews.frontend.http.routes import Routes
from sagews.policy.http.requests import Policy
from tests.frontend.memory import World


async def handler(_call: object) -> Answer:
    """Answer whoever was let in."""
    return Answer(b"for nobody")


class PolicyTests(SynchronousTestCase):
    """A gate without logins, as the origin of untrusted content and a backend apart have one."""

    def setUp(self) -> None:
        self.world = World()

    def gate(self, policy: Policy) -> Gate:
        """Return a gate with one route."""
        routes = Routes()
        routes.add("GET", "/x", policy, handler)
        return Gate(routes, self.world.addresses, None, (), self.world.clock.seconds)

    def test_no_logins(self) -> None:
        """A route that needs a login can't be part of it."""
        for policy in set(Policy) - {Policy.OPEN, Policy.WEBSOCKET}:
            self.assertRaises(ValueError, self.gate, policy)

    def test_nobody_enforces(self) -> None:
        """A call is refused where its policy is none of those by which the gate itself lets somebody in."""
        site = BoundedSite(self.gate(Policy.WEBSOCKET), self.world.clock)
        response = self.world.call("GET", "/x", headers={"Upgrade": "websocket"}, site=site)
        self.assertEqual((response.status, response.code), (403, "forbidden"))
