"""Uploads of a link are files in memory: they are whole when they are finished, bounded, and none outlives its link."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.wire.worker import MAX_TRANSFERS, PART
from sagews.worker.files import transfers as module
from sagews.worker.files.transfers import Transfers


class UploadTests(SynchronousTestCase):
    """What a backend sends."""

    def setUp(self) -> None:
        """Count the descriptors."""
        self.transfers = Transfers()
        self.open = len(os.listdir("/proc/self/fd"))

    def refusal(self, transfer: int, data: bytes) -> str:
        """Return why bytes are refused."""
        return str(self.assertRaises(SagewsError, self.transfers.add, transfer, data).code)

    def check_descriptors(self, more: int) -> None:
        """Hold that so many more are open than at the beginning."""
        self.assertEqual(len(os.listdir("/proc/self/fd")) - self.open, more)

    def test_parts_of_several(self) -> None:
        """Parts that come in turns make each upload whole; whoever finishes it has it, and it is known no more."""
        for part in (b"a" * PART, b"b"):
            for transfer in (1, 2):
                self.transfers.add(transfer, part)
        with self.transfers.finish(1) as upload:
            self.assertEqual(upload.part(0, upload.size), b"a" * PART + b"b")
            self.assertEqual((upload.part(PART, PART), upload.part(PART + 1, 1)), (b"b", b""))
        self.assertRaises(SagewsError, self.transfers.finish, 1)
        self.check_descriptors(1)

    def test_bounds(self) -> None:
        """What is too large is given up, and too many are refused."""
        self.patch(module, "MAX_TRANSFER", 10)
        self.transfers.add(1, b"x" * 10)
        self.assertEqual(self.refusal(1, b"x"), "too-large")
        self.check_descriptors(0)
        for transfer in range(MAX_TRANSFERS):
            self.transfers.add(transfer, b"x")
        self.assertEqual(self.refusal(MAX_TRANSFERS, b"x"), "busy")

    def test_the_link_ends(self) -> None:
        """Nothing stays open."""
        self.transfers.add(1, b"x")
        self.check_descriptors(1)
        self.transfers.clear()
        self.check_descriptors(0)

    def test_given_up(self) -> None:
        """An upload that is given up leaves nothing behind; one that is not there is passed over."""
        self.transfers.add(1, b"x")
        self.transfers.abandon(2, upload=True)
        self.transfers.abandon(1, upload=False)
        self.check_descriptors(1)
        self.transfers.abandon(1, upload=True)
        self.check_descriptors(0)


class DownloadTests(SynchronousTestCase):
    """What a backend fetches."""

    def test_too_many(self) -> None:
        """The one that nobody has fetched from for longest makes room, not one that is being fetched."""
        transfers = Transfers()
        first, second, *_ = [transfers.offer(b"ab") for _ in range(MAX_TRANSFERS)]
        transfers.part(first, 0)
        transfers.offer(b"ab")
        self.assertEqual(transfers.part(first, 1), b"b")
        self.assertRaises(SagewsError, transfers.part, second, 0)
        transfers.abandon(first, upload=False)
        self.assertRaises(SagewsError, transfers.part, first, 1)
