"""What pages are told of their workspace's share of the disk."""

from __future__ import annotations

from dataclasses import replace

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege
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
