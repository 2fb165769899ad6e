"""What a hostile account can have beside an ordinary one, and what ends when it may not have it any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from twisted.internet.defer import Deferred

from sagews.config.quotas import QuotaSection
from sagews.model.accounts import Privilege, Role, User
from sagews.model.history import Commit
from sagews.model.identifiers import DocumentId, UserId, new_id
from sagews.model.sessions import Limits
from sagews.policy.quotas.resources import Resource
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import SUM, WAITS

QUOTA = QuotaSection(sessions=2, runs=5, jobs=2, documents=3, sockets=4)


class HostileCase(BackendTestCase):
    """Mallory and Ada work in the same workspace."""

    settings = replace(BackendTestCase.settings, quotas={Privilege.USER: QUOTA, Privilege.ADMINISTRATOR: QUOTA})
    most: ClassVar[int] = 5

    def setUp(self) -> None:
        """Add Mallory and some worksheets."""
        super().setUp()
        self.mallory = self.colleague(Role.EDITOR, may_run=True)
        self.sheets = [self.document]
        for number in range(1, self.most):
            document = DocumentId(new_id())
            made = self.workspaces.create_document(self.workspace, document, f"s{number}.sage.md", "S")
            self.done(made)
            self.sheets.append(document)

    def ran(self, user: User, document: DocumentId, source: str = SUM) -> Page:
        """Return a page of somebody's on which a cell was run."""
        page = self.page(user)
        page.open(document)
        page.edit(document, source)
        page.run(document, source)
        self.later(1)
        return page


class QuotaTests(HostileCase):
    """Mallory takes all that she can get, and Ada does not notice."""

    def test_other_settings(self) -> None:
        """Quotas that were read again hold for what is begun from then on, and so do the limits of sessions."""
        page = self.ran(self.mallory, self.sheets[0])
        less = QuotaSection(sessions=1)
        quotas = {Privilege.USER: less, Privilege.ADMINISTRATOR: less}
        self.backend.adopt(replace(self.settings, quotas=quotas, limits=Limits(processes=7)))
        refused = self.ran(self.mallory, self.sheets[1])
        self.assertIn("1 sessions at once", refused.last("run_state")["reason"])
        page.run(self.sheets[0], SUM)
        self.later(1)
        self.assertEqual(page.last("run_state")["state"], "done")
        self.ran(self.owner, self.sheets[2])
        self.assertEqual([request.limits.processes for request in self.host.requests], [64, 7])

    def test_sessions(self) -> None:
        """Beyond her quota Mallory starts no session and reads which to end; Ada starts hers; an end frees one."""
        pages = [self.ran(self.mallory, document) for document in self.sheets[:3]]
        self.assertIn("2 sessions at once", pages[2].last("run_state")["reason"])
        self.assertEqual(self.ran(self.owner, self.sheets[3]).last("run_state")["state"], "done")
        pages[0].say(type="stop", document=self.sheets[0])
        self.later(1)
        pages[2].run(self.sheets[2], SUM)
        self.later(1)
        self.assertEqual(pages[2].last("run_state")["state"], "done")

    def test_runs(self) -> None:
        """Cells that wait are counted for whoever asked for them, in all worksheets together, and given back."""
        page = self.ran(self.mallory, self.document, WAITS)
        for _ in range(5):
            page.run(self.document, WAITS)
        page.run(self.document, WAITS)
        self.assertIn("5 cells waiting", page.last("error")["message"])
        self.assertEqual(self.backend.used(self.mallory.id)["runs"], 5)
        page.say(type="interrupt", document=self.document)
        self.later(1)
        self.assertNotIn("runs", {name for name, amount in self.backend.used(self.mallory.id).items() if amount})

    def test_documents_and_sockets(self) -> None:
        """Pages and open worksheets are bounded; closing one makes room, and losing a page gives all of it back."""
        page = self.page(self.mallory)
        for document in self.sheets[:4]:
            page.say(type="open", document=document)
        self.assertEqual(page.last("error")["code"], "limit")
        page.say(type="close", document=self.sheets[0])
        page.take()
        page.say(type="open", document=self.sheets[3])
        self.assertEqual(page.take("error"), [])
        others = [self.page(self.mallory) for _ in range(4)]
        self.assertEqual([other.closed for other in others], [None, None, None, 4429])
        self.assertEqual(self.opened().closed, None)
        for each in (page, *others[:3]):
            each.lose()
        self.assertEqual(self.backend.used(self.mallory.id), {})

    def test_jobs(self) -> None:
        """Saves and comparisons under way are bounded for each account, and few are compared at a time by all."""
        held: Deferred[None] = Deferred()
        history, asked = self.history, []  # type: ignore[var-annotated]

        async def wait(self: Any, user: UserId | None, name: str, kind: str) -> Commit | None:
            asked.append(user)
            await held
            return None

        page, other = self.opened(self.mallory), self.opened()
        place = self.backend.workspaces.all[0].history
        self.patch(type(place), "save", wait)
        for number in range(3):
            page.say(type="save", request=number)
        other.say(type="save", request=9)
        self.assertEqual(asked, [self.mallory.id] * 2 + [self.owner.id])
        self.assertEqual([error["request"] for error in page.take("error")], [2])
        held.callback(None)
        self.assertEqual([version["request"] for version in other.take("version") if "request" in version], [9])
        self.assertEqual(history.saves, [])


class RightToRunTests(HostileCase):
    """Whoever may not run any more runs nothing any more."""

    def reasons(self, page: Page) -> list[str]:
        """Return why sessions of a worksheet ended."""
        return [message["reason"] for message in page.take("session") if message.get("reason")]

    def test_a_disabled_account(self) -> None:
        """Its sessions end at once, and nobody else's."""
        mine, hers = self.ran(self.owner, self.sheets[0]), self.ran(self.mallory, self.sheets[1], WAITS)
        watcher = self.page()
        watcher.open(self.sheets[1])
        self.done(self.accounts.disable_user(self.mallory.id, True))
        self.backend.logins_ended(None)
        self.later(1)
        self.assertEqual(hers.closed, 4401)
        self.assertEqual(self.reasons(watcher), ["rights"])
        self.assertEqual(len(self.backend.sessions()), 1)
        self.assertEqual(self.backend.sessions()[0]["user"], self.owner.id)
        self.assertIsNone(mine.closed)
        self.assertEqual(self.backend.used(self.mallory.id).get(Resource.SESSIONS, 0), 0)

    def test_a_grant_taken_away(self) -> None:
        """Without the right to run, and without any notification, the session ends by the next time it is asked."""
        self.ran(self.mallory, self.sheets[1])
        self.assertEqual(len(self.backend.sessions()), 1)
        self.done(self.workspaces.set_grant(self.workspace, self.mallory.id, Role.EDITOR, False))
        for _ in range(15):
            self.later(2)
        self.assertEqual(self.backend.sessions(), [])

    def test_a_session_ended_by_an_administrator(self) -> None:
        """It is over at once, and who uses it reads why."""
        page = self.ran(self.mallory, self.sheets[1], WAITS)
        [session] = self.backend.sessions()
        self.assertTrue(self.backend.end_session(session["id"]))
        self.later(1)
        self.assertEqual(self.reasons(page), ["operator"])
        self.assertFalse(self.backend.end_session(session["id"]))
