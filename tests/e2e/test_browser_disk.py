"""A home that is full: the page says so, and whoever filled it can delete and go on."""

from __future__ import annotations

import os
from unittest import SkipTest

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import BrowserTestCase, printed
from tests.e2e.running import screenshot

pytestmark = pytest.mark.slow

FILL = "[open(f'big{n}', 'wb', 0).write(bytes(2**20)) for n in range(100)]"


class DiskTests(BrowserTestCase):
    """A daemon whose workspaces may have 64 MiB of files."""

    settings = "[user_quota]\nhome = 64\n[administrator_quota]\nhome = 64\n"

    @classmethod
    def setUpClass(cls) -> None:
        """Start it as root, who can mount file systems."""
        if os.geteuid() != 0:
            raise SkipTest("only root mounts file systems")
        super().setUpClass()

    def test_a_full_home(self) -> None:
        """Who fills a home reads "disk" and how much of how much; deleting works, and so does saving."""
        sheet = self.new_sheet()
        page = sheet.page
        sheet.run("open('kept.txt', 'w').write('kept')")
        expect(page.get_by_test_id("status-storage")).to_contain_text("of 64 MB")
        failed = sheet.run(FILL, "error")
        expect(failed).to_contain_text("No space left on device")
        expect(page.get_by_test_id("storage")).to_contain_text("64 MB")
        screenshot(page, "disk-full")
        freed = sheet.run("import os; gone = [os.unlink(n) for n in os.listdir() if n.startswith('big')]; print(42)")
        self.assertEqual(printed(freed), "42\n")
        expect(page.get_by_test_id("storage")).to_have_count(0)
        sheet.save()
        self.assertEqual(printed(sheet.run("print(open('kept.txt').read())")), "kept\n")
