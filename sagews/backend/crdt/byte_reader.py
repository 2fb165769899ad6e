"""Numbers and texts in the bytes of a stranger, read one after the other; every step is bounded by what is left."""

from __future__ import annotations


class MalformedUpdate(Exception):
    """These bytes are not an update that a worksheet can take; the message says why."""


class ByteReader:
    """An offset in bytes; every step is bounded by what is left."""

    __slots__ = ("data", "offset")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = 0

    def byte(self) -> int:
        """The next byte."""
        if self.offset >= len(self.data):
            raise MalformedUpdate("it ends too early")
        self.offset += 1
        return self.data[self.offset - 1]

    def number(self, largest: int) -> int:
        """An unsigned number in base 128."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            # Eight bytes hold every number that is allowed; without an end one number could be as long as the update.
            if shift > 56:
                raise MalformedUpdate("a number is too long")
        if value > largest:
            raise MalformedUpdate("a number is too large")
        return value

    def count(self) -> int:
        """How many things follow, each of at least one byte."""
        return self.number(len(self.data) - self.offset + 10)

    def skip_signed(self) -> None:
        """A signed number."""
        for _ in range(10):
            if self.byte() < 128:
                return
        raise MalformedUpdate("a number is too long")

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        if count > len(self.data) - self.offset:
            raise MalformedUpdate("it ends too early")
        self.offset += count

    def text(self, longest: int) -> str:
        """A length and that many bytes of UTF-8."""
        length = self.number(longest)
        start = self.offset
        self.skip(length)
        try:
            return self.data[start : self.offset].decode()
        except UnicodeDecodeError:
            raise MalformedUpdate("a text is not UTF-8") from None

    def require_end(self) -> None:
        """Refuse what follows the end."""
        if self.offset != len(self.data):
            raise MalformedUpdate("bytes follow its end")
