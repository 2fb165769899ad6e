"""Bytes that cross a link in parts, because one message must stay small: uploads of a backend, downloads to it."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.net.memory_file import MemoryFile
from sagews.wire.worker import MAX_TRANSFER, MAX_TRANSFERS, PART


class Transfers:
    """A few transfers at a time, each of bounded size; they end with the link."""

    def __init__(self) -> None:
        self._uploads: dict[int, MemoryFile] = {}
        self._downloads: dict[int, bytes | memoryview] = {}
        self._last = 0

    def add(self, transfer: int, data: bytes) -> None:
        """Take the next bytes of an upload; `too-large` above the limit, `busy` when there are too many.

        Raises:
            OSError: when no descriptor or no memory is left.
        """
        upload = self._uploads.get(transfer)
        if upload is None:
            if len(self._uploads) >= MAX_TRANSFERS:
                raise SagewsError("busy")
            upload = self._uploads[transfer] = MemoryFile()
        if upload.size + len(data) > MAX_TRANSFER:
            self._uploads.pop(transfer).close()
            raise SagewsError("too-large", limit=MAX_TRANSFER)
        upload.write(data)

    def finish(self, transfer: int) -> MemoryFile:
        """Return an upload, which is its caller's from now on, and forget it; `not-found` if there is none."""
        upload = self._uploads.pop(transfer, None)
        if upload is None:
            raise SagewsError("not-found")
        return upload

    def abandon(self, transfer: int, *, upload: bool) -> None:
        """Forget an upload or a download whose other end gave it up; does nothing if there is none."""
        if upload:
            given_up = self._uploads.pop(transfer, None)
            if given_up is not None:
                given_up.close()
        else:
            self._downloads.pop(transfer, None)

    def offer(self, content: bytes | memoryview) -> int:
        """Keep bytes for download and return their number; when there are too many, the one that rests longest goes."""
        # It is the likeliest to have lost its reader: one that is fetched, however slowly, does not rest.
        while len(self._downloads) >= MAX_TRANSFERS:
            del self._downloads[next(iter(self._downloads))]
        self._last += 1
        self._downloads[self._last] = content
        return self._last

    def part(self, transfer: int, offset: int) -> bytes:
        """Return the next bytes of a download; none at its end, which forgets it."""
        content = self._downloads.get(transfer)
        if content is None or offset < 0:
            raise SagewsError("not-found")
        del self._downloads[transfer]
        # Its reader asks past the end once, by which it says that it has everything.
        if offset < len(content):
            self._downloads[transfer] = content
        return bytes(content[offset : offset + PART])

    def clear(self) -> None:
        """Forget all."""
        for upload in self._uploads.values():
            upload.close()
        self._uploads.clear()
        self._downloads.clear()
