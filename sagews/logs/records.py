"""A twisted.logger event becomes a record: bounded, without secrets, with the correlation id that it carries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from twisted.logger import LogLevel, formatEvent
from twisted.python.failure import Failure

from sagews.logs.redaction import hide, hide_in_text
from sagews.model.correlation import parse_correlation
from sagews.model.identifiers import new_id
from sagews.model.logs import LogRecord

MOST_MESSAGE = 16_000
MOST_TRACEBACK = 32_000
MOST_FIELDS = 40
MOST_ITEMS = 100
MOST_TEXT = 2_000
MOST_NAME = 255
# Beyond it JavaScript rounds, and the management page would show another number than the log holds.
BIGGEST_INTEGER = 2**53
DEEPEST = 6
# What Twisted's old logging puts into every event beside its text.
_LEGACY = frozenset({"message", "time", "system", "format", "isError", "failure", "why", "printed", "correlation"})


def record_from(event: Mapping[str, Any], machine: str, component: str) -> LogRecord:
    """Return the record of an event. Never raises: what can't be formatted says so.

    Args:
        event: of twisted.logger; its keys that do not begin with `log_` become fields.
        machine: of this daemon.
        component: of this daemon.
    """
    time = _time(event.get("log_time"))
    level = event.get("log_level", LogLevel.info)
    return LogRecord(
        new_id(time.timestamp()),
        time,
        machine,
        component,
        str(getattr(level, "name", "info")),
        _text(_shown(event.get("log_namespace") or ""), MOST_NAME),
        parse_correlation(event.get("correlation")),
        _message(event),
        dict(_fields(event)),
    )


def _time(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    # An absurd time shows as such and is mended by whoever takes the record; the event is not lost for it.
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _message(event: Mapping[str, Any]) -> str:
    # Hidden before formatting: in the finished text nobody could tell the value from the words around it.
    shown = {key: value if key.startswith("log_") else hide(key, value) for key, value in event.items()}
    try:
        message = _formatted(shown)
    # A log line is written where something has gone wrong already; it must not raise a second thing.
    except Exception as error:
        message = f"this event can't be formatted: {type(error).__name__}"
    return hide_in_text(_text(message, MOST_MESSAGE))


def _formatted(event: dict[str, Any]) -> str:
    """Return the text of an event as `formatEvent` does, which takes ten times as long for the formats that we use."""
    text = event.get("log_format")
    # What else twisted.logger knows: calls in a format, and events that were flattened.
    if type(text) is str and "()" not in text and "log_flattened" not in event:
        try:
            return text.format_map(event)
        except Exception:
            return formatEvent(event)
    return formatEvent(event)


def _fields(event: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what an event carries beside its text."""
    failure = event.get("log_failure")
    if isinstance(failure, Failure):
        yield "exception", _text(failure.type.__name__ if failure.type else "", MOST_NAME)
        yield "traceback", hide_in_text(_text(_traceback(failure), MOST_TRACEBACK))
    names = [name for name in event if not name.startswith("log_") and name not in _LEGACY]
    for name in names[:MOST_FIELDS]:
        yield _text(name, MOST_NAME), _value(hide(name, event[name]))


def _traceback(failure: Failure) -> str:
    try:
        return str(failure.getTraceback())
    except Exception as error:
        return f"no traceback: {type(error).__name__}"


def _value(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON that any reader takes; what is none becomes its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) and abs(value) < BIGGEST_INTEGER else _text(repr(value), MOST_NAME)
    if isinstance(value, Mapping) and depth < DEEPEST:
        pairs = list(value.items())[:MOST_ITEMS]
        return {_text(str(key), MOST_NAME): _value(item, depth + 1) for key, item in pairs}
    if isinstance(value, list | tuple) and depth < DEEPEST:
        return [_value(item, depth + 1) for item in value[:MOST_ITEMS]]
    return hide_in_text(_text(_shown(value), MOST_TEXT))


def _shown(value: Any) -> str:
    try:
        return value if isinstance(value, str) else str(value)
    except Exception as error:
        return f"this value can't be shown: {type(error).__name__}"


def _text(text: str, most: int) -> str:
    """Return text of at most so many characters, which is UTF-8 without U+0000."""
    if len(text) <= most and text.isascii() and "\x00" not in text:
        return text
    if len(text) > most:
        text = f"{text[:most]} … ({len(text)} characters)"[: most + 40]
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode()
