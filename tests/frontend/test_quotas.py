"""What a person has and may have, and what an administrator sees and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.identifiers import SessionId, UserId, new_id
from sagews.model.sessions import RunState
from tests.contracts.journal import make_run
from tests.frontend.memory import World


class Live:
    """A backend with sessions."""

    def __init__(self, users: Sequence[str]) -> None:
        self.alive = [
            {"id": new_id(), "user": user, "workspace": new_id(), "document": new_id(), "path": "a.sage.md",
             "state": "ready", "queue": 0}
            for user in users
        ]  # fmt: skip

    async def sessions(self) -> Sequence[Mapping[str, Any]]:
        """Return all."""
        return self.alive

    async def end_session(self, session: SessionId) -> bool:
        """Forget one."""
        before = len(self.alive)
        self.alive = [each for each in self.alive if each["id"] != session]
        return len(self.alive) < before

    async def used(self, user: UserId) -> Mapping[str, int]:
        """Return how many sessions somebody has."""
        return {"sessions": sum(each["user"] == user for each in self.alive)}


class QuotaTests(SynchronousTestCase):
    """One's own quotas."""

    def setUp(self) -> None:
        """Make a site on which an ordinary account may have two workspaces."""
        self.world = World()
        quotas = {Privilege.USER: QuotaSection(workspaces=2), Privilege.ADMINISTRATOR: AdministratorQuotaSection()}
        self.world.rebuild(quotas=quotas)
        self.ada = self.world.person(email="ada@example.org")
        self.mallory = self.world.person(email="mallory@example.org")

    def test_workspaces(self) -> None:
        """Who has all the workspaces that they may have is told to delete one; others make theirs."""
        for _ in range(2):
            self.assertEqual(self.mallory.call("POST", "/api/workspaces", {"name": "W"}).status, 201)
        refused = self.mallory.call("POST", "/api/workspaces", {"name": "W"})
        self.assertEqual((refused.status, refused.code), (409, "limit"))
        self.assertIn("2 workspaces", refused.json["error"]["message"])
        self.assertEqual(self.ada.call("POST", "/api/workspaces", {"name": "W"}).status, 201)

    def test_what_is_left_is_shown(self) -> None:
        """A person sees what they have, what they may have and how to free some."""
        self.world.rebuild(live=Live([self.ada.me()["id"]]))
        self.ada.call("POST", "/api/workspaces", {"name": "W"})
        shown = {each["resource"]: each for each in self.ada.call("GET", "/api/quotas").json["quotas"]}
        self.assertEqual((shown["sessions"]["used"], shown["sessions"]["allowed"]), (1, 20))
        self.assertEqual((shown["workspaces"]["used"], shown["workspaces"]["allowed"]), (1, 2))
        self.assertTrue(all(each["free"] for each in shown.values()))

    def test_what_is_stored(self) -> None:
        """A person sees, wherever the backend is, how many bytes their workspaces have stored, and which have most."""
        for name in ("Small", "Large"):
            made = self.ada.call("POST", "/api/workspaces", {"name": name}).json
            document = made["document"]["id"]
            run = replace(make_run(document, state=RunState.DONE), printed=len(name) + 2000 * (name == "Large"))
            self.world.runs.runs[run.id] = run
        answer = self.ada.call("GET", "/api/quotas").json
        shown = {each["resource"]: each for each in answer["quotas"]}
        self.assertEqual((shown["outputs"]["used"], shown["outputs"]["unit"]), (2010, "bytes"))
        self.assertEqual(shown["outputs"]["allowed"], 512 * 1024 * 1024)
        self.assertEqual((shown["history"]["used"], shown["history"]["unit"]), (0, "bytes"))
        self.assertEqual(
            [(each["name"], each["outputs"]) for each in answer["largest"]], [("Large", 2005), ("Small", 5)]
        )
        self.assertEqual(self.mallory.call("GET", "/api/quotas").json["largest"], [])

    def test_a_backend_elsewhere(self) -> None:
        """Where the backend is another process, what is used of it is not known, and its sessions are elsewhere."""
        shown = {each["resource"]: each for each in self.ada.call("GET", "/api/quotas").json["quotas"]}
        self.assertIsNone(shown["sessions"]["used"])
        administrator = self.world.person(email="root@example.org", privilege="administrator")
        self.assertEqual(administrator.call("GET", "/api/sessions").code, "elsewhere")


class SessionTests(SynchronousTestCase):
    """Everybody's sessions."""

    def setUp(self) -> None:
        """Make a site with three sessions."""
        self.world = World()
        self.ada = self.world.person(email="ada@example.org")
        self.administrator = self.world.person(email="root@example.org", privilege="administrator")
        self.live = Live([self.ada.me()["id"]] * 3)
        self.world.rebuild(live=self.live)

    def test_an_administrator_ends_a_session(self) -> None:
        """It is listed with whose it is, ended, and not found any more."""
        listed = self.administrator.call("GET", "/api/sessions?limit=2").json
        self.assertEqual((len(listed["sessions"]), listed["more"]), (2, True))
        self.assertEqual(listed["sessions"][0]["user"]["email"], "ada@example.org")
        rest = self.administrator.call("GET", f"/api/sessions?after={listed['sessions'][-1]['id']}").json
        self.assertEqual((len(rest["sessions"]), rest["more"]), (1, False))
        path = f"/api/sessions/{listed['sessions'][0]['id']}/end"
        self.assertEqual(self.administrator.call("POST", path, {}).status, 200)
        self.assertEqual(self.administrator.call("POST", path, {}).status, 404)
        self.assertEqual(len(self.live.alive), 2)

    def test_nobody_else_does(self) -> None:
        """An ordinary account neither sees nor ends sessions, its own neither."""
        self.assertEqual(self.ada.call("GET", "/api/sessions").code, "forbidden")
        self.assertEqual(self.ada.call("POST", f"/api/sessions/{self.live.alive[0]['id']}/end", {}).code, "forbidden")
