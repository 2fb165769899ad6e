"""Fixed forms: reads a hostile JSON object field by field, each with its type and bound, and refuses the rest.

Standard library only, because the launcher and the session process in its jail read with it too.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import parse_id


class Fields:
    """The fields of one object; each reader takes one out, `finish` refuses what is left."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        # A copy: reading takes fields out, and the object may be somebody else's.
        self._values = dict(values)

    @classmethod
    def of(cls, packet: bytes, limit: int) -> Fields:
        """Parse at most `limit` bytes of UTF-8 JSON that hold one object.

        Raises:
            SagewsError: `too-large` or `bad-message`.
        """
        # Before parsing, which takes memory in proportion.
        if len(packet) > limit:
            raise SagewsError("too-large", limit=limit)
        try:
            values = _decoded(packet.decode("utf-8"))
        # A thousand brackets overflow the parser's stack, a million digits are refused by int: both are a sender's
        # doing.
        except (ValueError, RecursionError) as error:
            raise SagewsError("bad-message", reason="it is not JSON") from error
        if not isinstance(values, dict):
            raise SagewsError("bad-message", reason="it is not an object")
        return cls(values)

    def peek(self, name: str) -> Any:
        """Return a field's raw value, or None."""
        return self._values.get(name)

    def take(self, name: str) -> Any:
        """Take a field out; its absence is a refusal, its null is None."""
        if name not in self._values:
            raise SagewsError("bad-message", reason=f"{name} is missing")
        return self._values.pop(name)

    def take_all(self, names: Sequence[str], is_fit: Callable[..., bool]) -> list[Any] | None:
        """Take these fields at once if no other is left and they are fit; else None, and nothing is taken."""
        try:
            found = [self._values[name] for name in names]
        except KeyError:
            return None
        if len(found) != len(self._values) or not is_fit(*found):
            return None
        self._values.clear()
        return found

    def finish(self) -> None:
        """Refuse fields that nobody read."""
        if self._values:
            raise SagewsError("bad-message", reason="it has a field that is not known")

    def integer(self, name: str, least: int, most: int) -> int:
        """Take an integer between two bounds (inclusive)."""
        return self.bounded(name, self.take(name), least, most)

    def bounded(self, name: str, value: object, least: int, most: int) -> int:
        """Return value if it is an integer between two bounds (inclusive)."""
        # Not isinstance: true and false are integers to Python, and would pass for 1 and 0.
        if type(value) is not int or not least <= value <= most:
            raise SagewsError("bad-value", field=name, reason=f"it is not a whole number from {least} to {most}")
        return value

    def number(self, name: str) -> float:
        """Take a finite number that is not negative."""
        value = self.take(name)
        # Compared and not converted: a whole number of JSON may be larger than any float.
        if type(value) not in (int, float) or not 0 <= value <= sys.float_info.max:
            raise SagewsError("bad-value", field=name, reason="it is not a number")
        return float(value)

    def boolean(self, name: str) -> bool:
        """Take true or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise SagewsError("bad-value", field=name, reason="it is neither true nor false")
        return value

    def text(self, name: str, most: int) -> str:
        """Take a text of at most so many characters."""
        return self.short(name, self.take(name), most)

    def short(self, name: str, value: object, most: int) -> str:
        """Return value if it is a text of at most so many characters that UTF-8 can hold, without NUL."""
        if isinstance(value, str) and len(value) <= most and "\0" not in value:
            # Most texts are ASCII, and large ones are then done with.
            if value.isascii() or not _surrogate.search(value):
                return value
        raise SagewsError("bad-value", field=name, reason=f"it is not a text of at most {most} characters")

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Take one of some words."""
        value = self.take(name)
        if not isinstance(value, str) or value not in choices:
            raise SagewsError("bad-value", field=name, reason="it is not one of the known words")
        return value

    def pattern(self, name: str, pattern: re.Pattern[str]) -> str:
        """Take a text that a pattern matches as a whole."""
        return self.matched(name, self.take(name), pattern)

    def matched(self, name: str, value: object, pattern: re.Pattern[str]) -> str:
        """Return value if a pattern matches it as a whole."""
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise SagewsError("bad-value", field=name, reason="it has another form")
        return value

    def id(self, name: str) -> str:
        """Take a UUID."""
        return parse_id(self.take(name), name)

    def mapping(self, name: str, most: int) -> dict[str, Any]:
        """Take an object of at most so many entries."""
        value = self.take(name)
        if not isinstance(value, dict) or len(value) > most:
            raise SagewsError("bad-value", field=name, reason=f"it is not an object of at most {most} entries")
        return value

    def sequence(self, name: str, most: int, least: int = 0) -> list[Any]:
        """Take an array with so many entries."""
        value = self.take(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise SagewsError("bad-value", field=name, reason=f"it is not an array of {least} to {most} entries")
        return value


# JSON can write half a surrogate pair, which neither UTF-8 nor PostgreSQL can hold.
_surrogate = re.compile("[\ud800-\udfff]")


# NaN and Infinity are no JSON, but Python reads them unless it is told.
def _no_constant(text: str) -> Any:
    raise ValueError(text)


# json.loads with an option builds a decoder for each call, which costs more than reading a small object.
_decoder = json.JSONDecoder(parse_constant=_no_constant)


def _decoded(text: str) -> Any:
    """Return the one value in a text. Ours have no space around it, so looking for some is left to those that do."""
    if text[:1] == "{":
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    return _decoder.decode(text)
