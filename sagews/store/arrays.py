"""Columns of many rows as array literals: one parameter for each column, whatever the number of rows.

PostgreSQL reads a quoted array literal many times faster than as many separate constants or the same rows as JSON, and
a statement whose text does not grow with its rows is parsed in constant time.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Iterable, Sequence

import msgspec

PART = 256 * 1024
"""Bytes of one byte string that a statement or a row holds at most: they are encoded, or decoded, in a millisecond."""

_encode = msgspec.json.Encoder().encode


class Literal:
    """SQL text that is put into a statement as it is: made here alone, of digits that nothing can end.

    psycopg2 asks the server's library to quote what it is given, character by character, which takes four milliseconds
    for half a megabyte, and holds up everybody else meanwhile.
    """

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __conform__(self, _protocol: object) -> Literal:
        """Adapt itself (psycopg2's protocol)."""
        return self

    def getquoted(self) -> bytes:
        """Return the text (psycopg2's protocol)."""
        return self._text


def large_bytes(value: bytes | memoryview) -> Literal:
    """Return a byte string as a bytea."""
    return Literal(b"'\\x" + hexlify(value) + b"'::bytea")


def text_array(values: Iterable[object]) -> str:
    """Return values as the text of an array, to be cast to the array type of their column; None becomes NULL.

    Every element is quoted, so that none can end the element or the array that it stands in.
    """
    column = list(values)
    try:
        text = _encode(column).decode()
    except (TypeError, ValueError, OverflowError):
        return _slowly(column)
    # As JSON a column is the same text but for its brackets, as long as nothing had to be escaped, and takes a tenth of
    # the time: times above all. Numbers that JSON does not know become null there, so null is looked at again.
    return _slowly(column) if "\\" in text or "null" in text else "{" + text[1:-1] + "}"


def _slowly(column: Sequence[object]) -> str:
    texts = [None if value is None else str(value).replace("\\", "\\\\").replace('"', '\\"') for value in column]
    return "{" + ",".join(["NULL" if text is None else f'"{text}"' for text in texts]) + "}"


def bytes_array(values: Iterable[bytes | None]) -> Literal:
    """Return byte strings as a literal, to be cast to bytea[]; None becomes NULL."""
    # Joined once: a display of megabytes is copied by each further step.
    parts = [b"'{"]
    for value in values:
        parts.append(b"," if len(parts) > 1 else b"")
        parts += (b"NULL",) if value is None else (b'"\\\\x', hexlify(value), b'"')
    return Literal(b"".join((*parts, b"}'")))
