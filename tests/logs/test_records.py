"""The text of a record is what twisted.logger makes of the event."""

from __future__ import annotations

from typing import Any

from twisted.logger import formatEvent
from twisted.trial.unittest import SynchronousTestCase

from sagews.logs.records import record_from


class Angry:
    """An object without a text."""

    name = "Ada"

    def __str__(self) -> str:
        """Refuse."""
        raise ValueError("no")


class MessageTests(SynchronousTestCase):
    """Formats of ours, and everything else that may stand in an event."""

    def test_the_text_is_that_of_the_logger(self) -> None:
        """Plain formats, numbers, attributes, items, calls, fields that are missing or have no text, no format."""
        formats: tuple[Any, ...] = (
            "nothing to fill in",
            "{count} of {size:.1f} {{ms}}",
            "{angry.name} {items[0]} {name!r}",
            "{call()} in {count}",
            "{missing}",
            "{angry}",
            "{count",
            b"bytes {count}",
            None,
        )
        for log_format in formats:
            event = {
                "log_format": log_format,
                "log_time": 1.0,
                "count": 3,
                "size": 2.345,
                "name": "a'b",
                "items": ["first"],
                "call": lambda: "called",
                "angry": Angry(),
            }
            self.assertEqual(record_from(event, "m", "c").message, formatEvent(event), log_format)
