"""Columns of many rows as array literals: one parameter for each column, whatever the number of rows.

PostgreSQL reads a quoted array literal many times faster than as many separate constants or the same rows as JSON, and
a statement whose text does not grow with its rows is parsed in constant time.
"""

from __future__ import annotations

from collections.abc import Iterable


def text_array(values: Iterable[object]) -> str:
    """Return values as the text of an array, to be cast to the array type of their column; None becomes NULL.

    Every element is quoted, so that none can end the element or the array that it stands in.
    """
    return "{" + ",".join(["NULL" if value is None else _quoted(str(value)) for value in values]) + "}"


def bytes_array(values: Iterable[bytes]) -> str:
    """Return byte strings as the text of a bytea[]."""
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
