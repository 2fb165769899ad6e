"""Values out of query strings."""

from __future__ import annotations

from sagews.errors import SagewsError


def number(value: str | None, field: str, default: int, most: int) -> int:
    """Return a number of a query, or what holds without one.

    Raises:
        SagewsError: `bad-value` unless it is a number from 1 to `most`.
    """
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 9) or not 1 <= int(value) <= most:
        raise SagewsError("bad-value", field=field, reason=f"it is not a number from 1 to {most}")
    return int(value)
