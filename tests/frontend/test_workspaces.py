"""Workspaces, sharing and tickets over HTTP."""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from sagews.frontend.parts import BackendAddress
from sagews.model.identifiers import new_id
from sagews.policy.accounts import tokens
from tests.frontend.memory import START, World


class WorkspaceTests(SynchronousTestCase):
    """The list, and what an owner does."""

    def setUp(self) -> None:
        self.world = World()
        self.owner = self.world.person(email="ada@example.org")
        self.other = self.world.person(email="bob@example.org")
        made = self.owner.call("POST", "/api/workspaces", {"name": " Curves "})
        self.assertEqual(made.status, 201)
        self.workspace, self.document = made.json["workspace"], made.json["document"]
        self.path = f"/api/workspaces/{self.workspace['id']}"

    def share(self, role: str, email: str = "bob@example.org"):
        return self.owner.call("POST", f"{self.path}/people", {"email": email, "role": role})

    def test_create(self) -> None:
        """A new workspace has its maker as owner and a first worksheet."""
        self.assertEqual(self.workspace["name"], "Curves")
        self.assertEqual(self.workspace["role"], "owner")
        self.assertEqual(self.document["path"], "worksheet.sage.md")
        self.assertEqual([each["id"] for each in self.workspace["documents"]], [self.document["id"]])
        self.assertEqual(self.workspace["created"], "2026-11-22T12:00:00.000Z")

    def test_list(self) -> None:
        """A person sees their own workspaces and nobody else's."""
        self.assertEqual(len(self.owner.call("GET", "/api/workspaces").json["workspaces"]), 1)
        self.assertEqual(self.other.call("GET", "/api/workspaces").json["workspaces"], [])

    def test_the_list_is_paged(self) -> None:
        """However many workspaces there are, an answer has a page of them, and says whether there are more."""
        for number in range(120):
            self.owner.call("POST", "/api/workspaces", {"name": f"W{number}"})
        first = self.owner.call("GET", "/api/workspaces").json
        self.assertEqual((len(first["workspaces"]), first["more"]), (100, True))
        rest = self.owner.call("GET", f"/api/workspaces?after={first['workspaces'][-1]['id']}").json
        self.assertEqual((len(rest["workspaces"]), rest["more"]), (21, False))
        self.assertEqual(self.owner.call("GET", "/api/workspaces?limit=1000").code, "bad-value")
        self.assertEqual(self.owner.call("GET", "/api/workspaces?after=x").code, "bad-value")

    def test_bad_names(self) -> None:
        """Names that are empty, endless or hold control characters are refused; path-like ones are only shown."""
        for name in ("", " ", "a\0b", "\x1b]0;x\x07", "a\u2066b", "x" * 101):
            self.assertEqual(self.owner.call("POST", "/api/workspaces", {"name": name}).code, "bad-value", ascii(name))
        shown = self.owner.call("POST", "/api/workspaces", {"name": "../../etc"}).json
        self.assertEqual((shown["workspace"]["name"], shown["document"]["path"]), ("../../etc", "worksheet.sage.md"))

    def test_rename_and_delete(self) -> None:
        """An owner renames and deletes."""
        self.assertEqual(self.owner.call("PATCH", self.path, {"name": "Ranks"}).json["workspace"]["name"], "Ranks")
        self.assertEqual(self.owner.call("GET", self.path).json["workspace"]["name"], "Ranks")
        self.assertEqual(self.owner.call("DELETE", self.path).status, 200)
        self.assertEqual(self.owner.call("GET", self.path).status, 404)

    def test_share(self) -> None:
        """Whoever gets a grant sees the workspace, and only owners change it or its grants."""
        for role in ("viewer", "editor"):
            people = self.share(role).json["people"]
            self.assertEqual({each["role"] for each in people}, {"owner", role})
            self.assertEqual(self.other.call("GET", self.path).json["workspace"]["role"], role)
            for method, path, body in (
                ("PATCH", self.path, {"name": "x"}),
                ("DELETE", self.path, None),
                ("POST", f"{self.path}/people", {"email": "bob@example.org", "role": "owner"}),
                ("DELETE", f"{self.path}/people", {"user": self.owner.me()["id"]}),
            ):
                self.assertEqual(self.other.call(method, path, body).code, "forbidden", (role, method, path))

    def test_least_rights(self) -> None:
        """A grant that does not say so lets nobody run but an owner; one that says so does."""
        people = f"{self.path}/people"
        for role, said, runs in (
            ("viewer", {}, False),
            ("editor", {}, False),
            ("owner", {}, True),
            ("editor", {"may_run": True}, True),
            ("viewer", {"may_run": False}, False),
        ):
            body = {"email": "bob@example.org", "role": role, **said}
            shown = self.owner.call("POST", people, body).json["people"]
            bob = next(each for each in shown if each["user"]["email"] == "bob@example.org")
            self.assertEqual(bob["may_run"], runs, (role, said))

    def test_share_with_nobody(self) -> None:
        """An unknown address, a wrong role and the command line's account are refused."""
        self.world.run(self.world.accounts.create_user("operator", "Command line", "user", None))
        self.assertEqual(self.share("viewer", "nobody@example.org").code, "no-account")
        self.assertEqual(self.share("viewer", "operator").code, "bad-value")
        self.assertEqual(self.share("god").code, "bad-message")

    def test_unshare(self) -> None:
        """An owner takes a grant away, a member leaves, and the last owner stays."""
        self.share("editor")
        bob = self.other.me()["id"]
        left = self.other.call("DELETE", f"{self.path}/people", {"user": bob})
        self.assertEqual(len(left.json["people"]), 1)
        self.assertEqual(self.other.call("GET", self.path).status, 404)
        ada = {"user": self.owner.me()["id"]}
        self.assertEqual(self.owner.call("DELETE", f"{self.path}/people", ada).code, "bad-value")
        self.assertEqual(self.share("viewer", "ada@example.org").code, "bad-value")
        self.share("owner")
        self.assertEqual(self.owner.call("DELETE", f"{self.path}/people", ada).status, 200)


class TicketTests(SynchronousTestCase):
    """Tickets."""

    def setUp(self) -> None:
        self.world = World()
        self.person = self.world.person()
        made = self.person.call("POST", "/api/workspaces", {"name": "Curves"})
        self.workspace = made.json["workspace"]["id"]

    def stored(self, response):
        return self.world.workspaces.tickets[tokens.hashed(response.json["ticket"])]

    def test_workspace(self) -> None:
        """A ticket is stored hashed, bound to login, person, workspace, role and backend, for thirty seconds."""
        response = self.person.call("POST", "/api/ticket", {"workspace": self.workspace})
        stored = self.stored(response)
        self.assertIn(stored.login, self.world.accounts.logins)
        self.assertEqual((stored.user, stored.workspace), (self.person.me()["id"], self.workspace))
        self.assertEqual((stored.role, stored.backend), ("owner", "backend-1"))
        self.assertEqual(stored.expires, START + timedelta(seconds=30))
        self.assertNotIn(response.json["ticket"], repr(self.world.workspaces.tickets))

    def test_evaluation(self) -> None:
        """A ticket without a workspace is for evaluation only."""
        response = self.person.call("POST", "/api/ticket", {"workspace": None})
        stored = self.stored(response)
        self.assertEqual((stored.workspace, stored.role), (None, "none"))

    def test_url(self) -> None:
        """The websocket's address keeps the name that the page was reached by, unless the backend has its own."""
        for name in ("localhost", "sage.example"):
            host = {"Host": f"{name}:8080", "Origin": f"http://{name}:8080"}
            response = self.person.call("POST", "/api/ticket", {"workspace": None}, headers=host)
            self.assertEqual(response.json["url"], f"ws://{name}:8080/ws")

    def test_own_url(self) -> None:
        """A backend with an address of its own is named as it is."""
        world = World()

        async def placement(_workspace: object) -> BackendAddress:
            return BackendAddress("b2", "wss://b2.example/ws")

        world.rebuild(placement=placement)
        response = world.person().call("POST", "/api/ticket", {"workspace": None})
        self.assertEqual(response.json["url"], "wss://b2.example/ws")

    def test_refused(self) -> None:
        """No ticket for a deleted or unknown workspace, nor for what is no id."""
        for workspace in (new_id(), "0" * 36):
            self.assertIn(self.person.call("POST", "/api/ticket", {"workspace": workspace}).status, (400, 404))
        self.assertEqual(self.person.call("POST", "/api/ticket", {}).code, "bad-message")
        self.person.call("DELETE", f"/api/workspaces/{self.workspace}")
        self.assertEqual(self.person.call("POST", "/api/ticket", {"workspace": self.workspace}).status, 404)
