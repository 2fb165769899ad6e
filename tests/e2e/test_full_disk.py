"""A daemon whose whole data folder lies on a small disk: who fills it is stopped, and nobody else, nor the database."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from unittest import SkipTest

import pytest
from playwright.sync_api import expect

from sagews.kernel import calls
from sagews.launcher.disk import images
from sagews.model.sessions import MEBIBYTE
from tests.e2e.browsing import BrowserTestCase, printed
from tests.e2e.running import RunningDaemon

pytestmark = pytest.mark.slow

DISK, RESERVE = 800 * MEBIBYTE, 350 * MEBIBYTE
POUR = "for n in range(900): f = open(f'big{n}', 'wb', 0); _ = f.write(bytes(2**20)); os.fsync(f.fileno())"


class SmallDiskTests(BrowserTestCase):
    """A disk of 800 MB, of which 350 MB have to stay free."""

    settings = f"[disk]\nreserve = {RESERVE // MEBIBYTE}\n"
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        """Only root mounts."""
        if os.geteuid() != 0:
            raise SkipTest("only root mounts file systems")
        cls.folder = Path(tempfile.mkdtemp(prefix="disk-"))
        super().setUpClass()

    @classmethod
    def prepare(cls, daemon: RunningDaemon) -> None:
        """Put the data folder on a disk of its own."""
        images.make_template(cls.folder, DISK, 0)
        daemon.data.mkdir()
        images.mount_new(cls.folder, "image", daemon.data)
        daemon.data.chmod(0o755)

    @classmethod
    def tearDownClass(cls) -> None:
        """Take the disk away again."""
        cls.daemon.stop()
        calls.unmount(str(cls.daemon.data))
        super().tearDownClass()
        shutil.rmtree(cls.folder)

    def test_only_the_culprit_notices(self) -> None:
        """Who fills the disk is told so; others make workspaces and compute; the culprit deletes and goes on."""
        culprit = self.new_sheet()
        culprit.run("import os")
        failed = culprit.run(POUR, "error")
        expect(failed).to_contain_text("No space left on device")
        expect(culprit.page.get_by_test_id("storage")).to_contain_text("disk is nearly full")
        other = self.new_sheet()
        self.assertEqual(printed(other.run("_ = open('a', 'w').write('b'); print(6*7)")), "42\n")
        expect(other.page.get_by_test_id("storage")).to_have_count(0)
        other.save()
        self.assertGreater(shutil.disk_usage(self.daemon.data).free, RESERVE // 4)
        freed = culprit.run("gone = [os.unlink(n) for n in os.listdir() if n.startswith('big')]; print('freed')")
        self.assertEqual(printed(freed), "freed\n")
        expect(culprit.page.get_by_test_id("storage")).to_have_count(0)
        culprit.save()
