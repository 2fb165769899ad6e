"""Log records on our own disk, in numbered segments: written first, whatever becomes of them afterwards.

A segment is a file `<name>-<8 digits>.jsonl` of JSON lines. A daemon begins a new one at each start, and whenever one
is full, so a line that a crash cut off is never continued. Old segments go when they were shipped, or when all of them
together are larger than they may be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sagews.errors import SagewsError

# So that what was shipped can be removed in steps, without copying what was not.
SEGMENT_BYTES = 16 * 1024 * 1024
# A log must not fill the disk that the database is on.
TOTAL_BYTES = 1024 * 1024 * 1024
MOST_SEGMENTS = 4096
KEPT_AFTER_SHIPPING = 4
LONGEST_LINE = 256 * 1024
# The service account's group may read along; nobody else, for records name people.
MODE = 0o640
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True, order=True)
class SpoolOffset:
    """How far something was read: a segment's number, and bytes in it."""

    segment: int = 0
    offset: int = 0


class Spool:
    """The segments of one daemon.

    Args:
        folder: where; made 0750 if it is missing.
        name: of the daemon, small letters, digits and dashes; one process at a time writes under it.
        segment_bytes, total_bytes: limits.
    """

    def __init__(
        self, folder: Path, name: str, *, segment_bytes: int = SEGMENT_BYTES, total_bytes: int = TOTAL_BYTES
    ) -> None:
        if not _NAME.fullmatch(name):
            raise SagewsError("bad-name", reason="a log's name has small letters, digits and dashes")
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.folder = folder
        self.name = name
        self.segment_bytes = segment_bytes
        self.total_bytes = total_bytes
        self._pattern = re.compile(re.escape(name) + r"-(\d{8})\.jsonl")

    def path(self, segment: int) -> Path:
        """Return where a segment lies."""
        return self.folder / f"{self.name}-{segment:08d}.jsonl"

    @property
    def offset_file(self) -> Path:
        """Where the shipper notes how far it is."""
        return self.folder / f"{self.name}.offset"

    def segments(self) -> list[int]:
        """Return the numbers of the segments that are there, oldest first."""
        found = (self._pattern.fullmatch(entry.name) for entry in os.scandir(self.folder))
        return sorted(int(match[1]) for match in found if match)

    def shipped(self, offset: SpoolOffset) -> None:
        """Remove segments that were shipped, but for the last few, which people may want to look at."""
        done = [segment for segment in self.segments() if segment < offset.segment]
        self._remove(done[:-KEPT_AFTER_SHIPPING])

    def make_room(self) -> int:
        """Remove the oldest segments while all together are too large or too many; returns how many went."""
        segments = self.segments()
        sizes = [self._size(segment) for segment in segments]
        excess, going = sum(sizes) - self.total_bytes, 0
        # The newest one is being written to.
        while going < len(segments) - 1 and (excess > 0 or len(segments) - going > MOST_SEGMENTS):
            excess -= sizes[going]
            going += 1
        self._remove(segments[:going])
        return going

    def size(self) -> int:
        """Return the bytes of all segments."""
        return sum(self._size(segment) for segment in self.segments())

    def _size(self, segment: int) -> int:
        try:
            return self.path(segment).stat().st_size
        except FileNotFoundError:
            return 0

    def _remove(self, segments: Sequence[int]) -> None:
        for segment in segments:
            self.path(segment).unlink(missing_ok=True)

    def read(self, offset: SpoolOffset, most_records: int, most_bytes: int) -> tuple[list[bytes], SpoolOffset]:
        """Return complete lines from an offset on, and the offset behind them; blocks for one read.

        What has no end yet is left for later in the newest segment, and dropped in an older one. A segment that is
        gone is passed over; an offset beyond everything that is there (somebody emptied the folder) begins again.
        """
        segments = self.segments()
        # Numbers only grow, so an offset ahead of them belongs to a folder that was emptied or restored.
        if segments and segments[-1] < offset.segment:
            offset = SpoolOffset()
        following = [segment for segment in segments if segment >= offset.segment]
        if not following:
            return [], offset
        if following[0] != offset.segment:
            offset = SpoolOffset(following[0], 0)
        lines, end = self._read_segment(offset, most_records, most_bytes)
        # An older segment gets no more lines: half a line at its end was cut by a crash.
        if not lines and len(following) > 1:
            return [], SpoolOffset(following[1], 0)
        return lines, SpoolOffset(offset.segment, end)

    def _read_segment(self, offset: SpoolOffset, most_records: int, most_bytes: int) -> tuple[list[bytes], int]:
        try:
            with self.path(offset.segment).open("rb") as file:
                if os.fstat(file.fileno()).st_size < offset.offset:
                    offset = SpoolOffset(offset.segment, 0)
                file.seek(offset.offset)
                # A line is read whole at once or never: the longest one must fit.
                data = file.read(max(most_bytes, LONGEST_LINE + 1))
        except FileNotFoundError:
            return [], offset.offset
        lines: list[bytes] = []
        taken = 0
        while len(lines) < most_records and (end := data.find(b"\n", taken)) >= 0:
            if lines and end >= most_bytes:
                break
            lines.append(data[taken:end])
            taken = end + 1
        if not lines and len(data) > LONGEST_LINE:
            taken = len(data)
        return lines, offset.offset + taken


class SpoolWriter:
    """Appends lines to the newest segment. One write to the page cache a line; what the disk refuses is counted.

    Args:
        spool: where.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._segment = 0
        self._size = 0
        self._descriptor: int | None = None
        self.lost = 0

    def write(self, line: bytes) -> None:
        """Append one line; never raises for what the disk does."""
        try:
            if self._descriptor is None or self._size + len(line) > self._spool.segment_bytes:
                self._begin_segment()
            if self._descriptor is not None:
                self._size += os.write(self._descriptor, line + b"\n")
        except OSError:
            # Counted and shown in the status; there is no log to say it in.
            self.lost += 1

    def close(self) -> None:
        """Close the file; a later write begins another segment."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _begin_segment(self) -> None:
        self.close()
        self._spool.make_room()
        segments = self._spool.segments()
        # Never a number that was used: the shipper remembers how far it read in it.
        self._segment = max(self._segment, segments[-1] if segments else 0) + 1
        # O_EXCL, because a second process under the same name would tear lines apart; O_NOFOLLOW, because a link could
        # lead out of the folder.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self._spool.path(self._segment), flags, MODE)
        self._size = 0
