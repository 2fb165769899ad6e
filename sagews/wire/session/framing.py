"""Length-prefixed frames on a byte stream: 4 bytes big-endian length, then that many bytes.

Standard library only and no transport, because the session in its jail and the worker cut the same frames.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sagews.errors import SagewsError

# Four bytes could announce 4 GiB; whoever reads has a limit far below and refuses before it allocates.
_length = struct.Struct(">I")
HEADER = _length.size


class ProtocolError(SagewsError):
    """What a peer sent is out of form; the conversation with it has to end."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad-message", reason=reason)
        self.reason = reason


def frame(payload: bytes) -> bytes:
    """Return the payload with its length in front."""
    return _length.pack(len(payload)) + payload


class FrameReader:
    """Cuts a byte stream into payloads; holds at most one unfinished frame and what came in one `feed`.

    Args:
        limit: the largest payload in bytes that is accepted.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def hold(self, data: bytes) -> None:
        """Take what arrived without looking at it: the next `feed` does."""
        self._buffer += data

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take what arrived and yield each payload that is complete by it.

        Raises:
            ProtocolError: when a frame is empty or announces more than the limit. Nothing more may be fed then.
        """
        buffer: bytes | bytearray = data
        if self._buffer:
            self._buffer += data
            buffer = self._buffer
        start = 0
        try:
            while (end := self._end(buffer, start)) is not None:
                payload = bytes(buffer[start + HEADER : end])
                start = end
                yield payload
        finally:
            # Whole frames, which nearly everything is, are cut from what arrived and never copied in between.
            if buffer is data:
                self._buffer += data[start:]
            else:
                del self._buffer[:start]

    def _end(self, buffer: bytes | bytearray, start: int) -> int | None:
        """Where the frame that begins at start ends, or None while it is not complete."""
        if len(buffer) - start < HEADER:
            return None
        (length,) = _length.unpack_from(buffer, start)
        if not 0 < length <= self._limit:
            raise ProtocolError(f"a frame of {length} bytes, of at most {self._limit}")
        end = start + HEADER + int(length)
        return end if end <= len(buffer) else None

    @property
    def unfinished(self) -> int:
        """Bytes of the frame that has begun and is not complete."""
        return len(self._buffer)
