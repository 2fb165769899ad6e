"""What PostgreSQL can't hold is replaced before it is sent: U+0000, lone surrogates, NaN, endless integers.

Text that a session printed may contain any of these, and one of them would fail the whole batch that it travels in.
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
from psycopg2.extras import Json

from sagews.errors import SagewsError

# Shown rather than dropped: a reader sees that there was something.
NUL_SYMBOL = "\u2400"
REPLACEMENT = "\ufffd"
# jsonb holds numbers of 131,072 digits; Python itself refuses to print more than 4,300.
INTEGER_BITS = 14_000


def clean_text(text: str) -> str:
    """Return text with U+0000 shown as its symbol and lone surrogates as U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", NUL_SYMBOL)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(REPLACEMENT if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def clean_json(value: Any) -> Any:
    """Return a JSON value that PostgreSQL can hold; what is no JSON at all becomes its text."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return _clean_number(value)


def _clean_number(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if value.bit_length() <= INTEGER_BITS else f"integer of {value.bit_length()} bits"
    return clean_text(str(value))


def dump_json(value: Any) -> str:
    """Return a value as JSON text that jsonb takes; the common case costs one dump and three scans.

    Raises:
        SagewsError: `bad-value` when it is nested too deeply.
    """
    try:
        return _dump_quickly(value) or _dump(clean_json(value))
    except RecursionError:
        raise SagewsError("bad-value", field="json", reason="it is nested too deeply") from None


def _dump_quickly(value: Any) -> str | None:
    try:
        text = _encode(value).decode()
        if "null" in text:
            # It may stand for a number that is none, of which this makes nothing and the other one an error.
            text = _dump(value)
            text.isascii() or text.encode()
    except (ValueError, TypeError, OverflowError):
        return None
    return None if "\\u0000" in text else text


_encode = msgspec.json.Encoder().encode
# json.dumps would build an encoder for each call, which takes longer than a small value.
_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_parameter(value: Any) -> Json:
    """Wrap a value as one statement parameter of type json."""
    return Json(value, dumps=dump_json)
