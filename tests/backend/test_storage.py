"""What pages are told of their workspace's share of the disk."""

from __future__ import annotations

from dataclasses import replace

from sagews.backend.workspaces.home_share import LEAST
from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.identifiers import DocumentId, WorkspaceId, new_id
from sagews.model.sessions import MEBIBYTE
from sagews.wire.homes import HomeUsage
from tests.backend.harness import BackendTestCase, Page
from tests.fakes.session_host import SUM

SIZE = 100 * MEBIBYTE
PLENTY = HomeUsage(MEBIBYTE, SIZE, 10, 1000)


class StorageTests(BackendTestCase):
    """A workspace whose worker measures its home."""

    settings = replace(
        BackendTestCase.settings,
        quotas={Privilege.USER: QuotaSection(home=100), Privilege.ADMINISTRATOR: AdministratorQuotaSection(home=300)},
    )

    def ran(self) -> Page:
        """Return a page on which a cell was run."""
        page = self.page()
        page.open(self.document)
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later(1)
        return page

    def told(self, usage: HomeUsage, page: Page) -> str:
        """Return the problem that a page reads when its workspace's home holds this."""
        self.host.files.usages[self.workspace] = usage
        self.later(5)
        said = page.last("storage")
        self.assertEqual((said["used"], said["size"]), (usage.used, usage.size))
        return str(said.get("problem", ""))

    def test_a_session_gets_the_share_of_the_owner(self) -> None:
        """The share of the disk is that of the workspace's owner, by the type of account."""
        self.ran()
        allowed = self.settings.quotas[self.owner.privilege].home
        self.assertEqual(self.host.requests[-1].limits.disk, allowed * MEBIBYTE)

    def test_pages_read_what_is_used(self) -> None:
        """Pages learn what is used of how much when it changes, and those that come later at once."""
        page = self.ran()
        self.assertEqual(self.told(PLENTY, page), "")
        page.take()
        self.later(5)
        self.assertEqual(page.take("storage"), [])
        self.assertEqual(self.page().last("storage")["used"], PLENTY.used)

    def asked(self, seconds: int) -> int:
        """Return how many times the worker is asked within some time."""
        before = self.host.files.measured
        for _ in range(seconds // 5):
            self.later(5)
        return self.host.files.measured - before

    def test_a_worker_is_asked_where_something_may_have_moved(self) -> None:
        """At every look for a while after a run, and then rarely; of a problem it is asked until that is over."""
        page = self.ran()
        self.assertEqual(self.told(PLENTY, page), "")
        self.assertGreater(self.asked(60), 5)
        self.assertEqual(self.asked(200), 0)
        page.run(self.document, SUM)
        self.assertGreater(self.asked(60), 5)
        self.assertEqual(self.asked(300), 1)
        page.run(self.document, SUM)
        self.assertNotEqual(self.told(replace(PLENTY, held=True), page), "")
        self.asked(60)
        self.assertGreater(self.asked(60), 5)

    def test_the_sentence_says_disk_and_what_to_do(self) -> None:
        """A home that is nearly full in bytes or in files, or that may not grow, is told with what helps."""
        page = self.ran()
        self.assertIn("100 MB", self.told(replace(PLENTY, used=96 * MEBIBYTE), page))
        self.assertIn("1000 files", self.told(replace(PLENTY, files=960), page))
        held = self.told(replace(PLENTY, held=True), page)
        self.assertIn("disk is nearly full", held)
        self.assertNotIn("database", held)
        self.assertEqual(self.told(PLENTY, page), "")


class SumTests(BackendTestCase):
    """A person whose workspaces may take 150 MiB together, and 100 MiB each."""

    settings = replace(
        BackendTestCase.settings,
        quotas={
            Privilege.USER: QuotaSection(home=100, homes=150),
            Privilege.ADMINISTRATOR: AdministratorQuotaSection(home=100, homes=150),
        },
    )

    def ran(self) -> Page:
        """Return a page on which a cell was run."""
        page = self.page()
        page.open(self.document)
        page.edit(self.document, SUM)
        page.run(self.document, SUM)
        self.later(1)
        return page

    def elsewhere(self, mebibytes: int) -> None:
        """Let another workspace of the same person hold so much."""
        other = WorkspaceId(new_id())
        made = self.workspaces.create_workspace(other, "Large", self.owner.id, DocumentId(new_id()), "a.sage.md")
        self.done(made)
        self.usage.files[other] = mebibytes * MEBIBYTE

    def holds(self, mebibytes: int) -> None:
        """Let this workspace's files take so much."""
        self.host.files.usages[self.workspace] = HomeUsage(mebibytes * MEBIBYTE, SIZE, 10, 1000)
        self.later(5)

    def given(self) -> int:
        """Return how many MiB the session that began last may take."""
        return self.host.requests[-1].limits.disk // MEBIBYTE

    def test_what_is_left_goes_to_the_next_session(self) -> None:
        """A session of a person whose other workspaces hold most of the sum gets the rest; the page says why."""
        page = self.ran()
        self.assertEqual(self.given(), 100)
        self.elsewhere(130)
        self.holds(1)
        page.say(type="restart", document=self.document)
        self.later(1)
        self.assertEqual(self.given(), 20)
        self.host.files.usages[self.workspace] = HomeUsage(20 * MEBIBYTE, 20 * MEBIBYTE, 10, 1000)
        self.later(5)
        self.assertIn("all workspaces of this one's owner have nearly all of the 150", page.last("storage")["problem"])

    def test_a_session_that_may_write_more_than_is_left(self) -> None:
        """It is ended with the reason once it has written that; the next one may take what is there, and goes on."""
        page = self.ran()
        self.elsewhere(130)
        self.holds(10)
        self.assertNotIn("ended-room", str(page.take("session")))
        self.holds(60)
        self.assertEqual(self.host.ended[-1][1], "room")
        page.run(self.document, SUM)
        self.later(1)
        self.assertEqual(self.given(), 20)
        ended = len(self.host.ended)
        self.holds(60)
        self.holds(3)
        self.assertEqual(len(self.host.ended), ended)

    def test_where_nothing_is_left(self) -> None:
        """A little may be written also then, so that a person can clean up."""
        self.elsewhere(1000)
        page = self.ran()
        self.holds(0)
        page.say(type="restart", document=self.document)
        self.later(1)
        self.assertEqual(self.host.requests[-1].limits.disk, LEAST)
