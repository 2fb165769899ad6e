"""Rights are looked at again while a connection lives, and message by message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred

from sagews.backend.connections import permission_watch
from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.model.identifiers import LoginId
from tests.backend.harness import BackendTestCase


class RoleTests(BackendTestCase):
    """What a role may say."""

    def test_a_viewer_may_only_read(self) -> None:
        """Every message that would change something is refused for a viewer, and nothing changes."""
        page, owner = self.opened(self.colleague(Role.VIEWER)), self.opened()
        page.edit(self.document, "1")
        self.assertEqual(page.last("error")["code"], "read-only")
        for message in (
            {"type": "create", "path": "b.sage.md"},
            {"type": "rename", "path": "b.sage.md", "document": self.document},
            {"type": "remove", "document": self.document},
            {"type": "save"},
            {"type": "revert", "version": "a" * 40},
        ):
            self.assertEqual(page.say(request=1, **message)[0]["code"], "read-only")
        self.assertEqual(owner.take("edit"), [])
        self.assertEqual(self.history.saves, [])
        self.assertEqual(page.say(type="documents", request=1)[0]["type"], "documents")

    def test_a_changed_grant_is_told(self) -> None:
        """Whose role changes learns it, at a notification or within half a minute, and it holds at once."""
        person = self.colleague(Role.VIEWER)
        page = self.opened(person)
        self.done(self.workspaces.set_grant(self.workspace, person.id, Role.EDITOR, True))
        self.backend.grants_changed(self.workspace, person.id)
        self.assertEqual(page.last("rights"), {"type": "rights", "role": "editor", "may_run": True})
        page.edit(self.document, "1")
        self.assertEqual(page.take("error"), [])
        self.done(self.workspaces.set_grant(self.workspace, person.id, Role.VIEWER, False))
        for _ in range(12):
            self.later(2)
        self.assertEqual(page.last("rights")["role"], "viewer")

    def test_a_grant_that_is_gone_closes(self) -> None:
        """Who lost the grant is closed with 4403 and can't resume."""
        person = self.colleague(Role.EDITOR)
        page = self.opened(person)
        self.done(self.workspaces.remove_grant(self.workspace, person.id))
        self.backend.grants_changed(self.workspace)
        self.assertEqual(page.closed, 4403)
        self.assertEqual(len(self.backend._resume), 0)


class NameTests(BackendTestCase):
    """The name of a workspace."""

    def test_a_new_name_is_told(self) -> None:
        """Who has a renamed workspace open is told, once, and who opens it later is welcomed to the new name."""
        page = self.opened()
        self.done(self.workspaces.rename_workspace(self.workspace, "Bridges"))
        for workspace in (self.workspace, None):
            self.backend.workspace_renamed(workspace)
        self.assertEqual(page.take("workspace_named"), [{"type": "workspace_named", "name": "Bridges"}])
        self.assertEqual(self.page().last("welcome")["workspace"]["name"], "Bridges")

    def test_a_gap_is_made_up_for(self) -> None:
        """A name that was given while nobody heard of it is read when hearing begins again."""
        page = self.opened()
        self.done(self.workspaces.rename_workspace(self.workspace, "Bridges"))
        self.backend.workspace_renamed(None)
        self.assertEqual(page.last("workspace_named")["name"], "Bridges")


class LoginTests(BackendTestCase):
    """A login that ends takes its connections along."""

    def test_a_notification_closes(self) -> None:
        """Connections of a login that ended are closed with 4401 at once; others stay."""
        login = self.login(self.owner)
        page, other = self.page(login=login), self.page()
        self.backend.logins_ended([login])
        self.assertEqual((page.closed, other.closed), (4401, None))

    def test_without_a_notification_it_is_noticed(self) -> None:
        """Nothing depends on the notification: within thirty seconds the connection is closed."""
        login = self.login(self.owner)
        page = self.page(login=login)
        self.done(self.accounts.end_login(self.owner.id, login))
        for _ in range(15):
            self.later(2)
        self.assertEqual(page.closed, 4401)

    def test_after_a_gap_all_are_asked_about(self) -> None:
        """When notifications may have been missed, every login is looked at."""
        login = self.login(self.owner)
        page = self.page(login=login)
        self.done(self.accounts.end_login(self.owner.id, login))
        self.backend.logins_ended(None)
        self.assertEqual(page.closed, 4401)

    def test_very_many_are_asked_about_in_several_turns(self) -> None:
        """Of pages that came in one moment so many are asked about at once, and the others a moment later."""
        self.patch(permission_watch, "MOST_AT_ONCE", 2)
        for _ in range(5):
            self.opened()
        came = self.clock.seconds()
        asked = []
        for _ in range(12):
            self.later(2)
            asked.append(sum(each.checked_at > came for each in self.backend._registry.connections))
        self.assertEqual([count for count in asked if count][:3], [2, 4, 5])

    def test_what_changes_while_it_is_asked(self) -> None:
        """A notification that comes while the store is being asked is followed by one more question, as is no tick."""
        person = self.colleague(Role.EDITOR)
        page, held = self.opened(person), Deferred[None]()
        alive, asked = self.accounts.alive_logins, []

        async def slow(logins: Sequence[LoginId]) -> set[LoginId]:
            asked.append(len(logins))
            await held
            return await alive(logins)

        self.accounts.alive_logins = slow  # type: ignore[method-assign]
        self.backend.grants_changed(self.workspace)
        self.done(self.workspaces.remove_grant(self.workspace, person.id))
        self.backend.grants_changed(self.workspace)
        self.backend._permissions.tick()
        self.assertEqual((asked, page.closed), ([1], None))
        held.callback(None)
        self.assertEqual((asked, page.closed), ([1, 1], 4403))
        self.assertEqual((self.backend._permissions._asking, self.backend._permissions._again), (set(), {}))

    def test_after_a_gap_very_many_are_asked_about_in_portions(self) -> None:
        """So many at a time, one portion after the other's answer, also when one of them fails."""
        self.patch(permission_watch, "MOST_AT_ONCE", 2)
        pages = [self.opened() for _ in range(5)]
        held = [Deferred[None]() for _ in range(3)]
        alive, asked = self.accounts.alive_logins, []

        async def slow(logins: Sequence[LoginId]) -> set[LoginId]:
            asked.append(len(logins))
            await held[len(asked) - 1]
            return await alive(logins)

        self.accounts.alive_logins = slow  # type: ignore[method-assign]
        self.accounts.logins.clear()
        self.backend.logins_ended(None)
        self.assertEqual(asked, [2])
        held[0].errback(SagewsError("database"))
        self.assertEqual(asked, [2, 2])
        held[1].callback(None)
        held[2].callback(None)
        self.assertEqual(asked, [2, 2, 1])
        self.assertEqual([page.closed for page in pages], [None, None, 4401, 4401, 4401])

    def test_scratch_connections_are_asked_about_too(self) -> None:
        """A connection for single evaluations ends with its login."""
        login = self.login(self.owner)
        page = self.page(workspace=False, login=login)
        self.done(self.accounts.end_login(self.owner.id, login))
        for _ in range(15):
            self.later(2)
        self.assertEqual(page.closed, 4401)


class UnknownRightTests(BackendTestCase):
    """When the store does not answer, people may read and nothing more."""

    def test_read_only_until_the_store_answers(self) -> None:
        """After thirty seconds without an answer edits are refused; once it answers, all is as before."""
        page = self.opened()

        async def down(*_: Any) -> set[LoginId]:
            raise SagewsError("database")

        asked = self.accounts.alive_logins
        self.accounts.alive_logins = down  # type: ignore[method-assign, assignment]
        for _ in range(17):
            self.later(2)
        self.assertEqual(page.last("rights")["role"], "viewer")
        page.edit(self.document, "1")
        self.assertEqual(page.last("error")["code"], "rights-unknown")
        self.assertEqual(page.say(type="documents", request=1)[0]["type"], "documents")
        self.accounts.alive_logins = asked  # type: ignore[method-assign]
        self.later(2)
        self.assertEqual(page.last("rights")["role"], "owner")
        self.assertEqual(page.say(type="save", request=2)[0]["type"], "version")
