"""Where a cell stands among its neighbours: strings that sort, between any two of which there is another.

A position is an integer part and a fraction in base 62 (digits, upper case, lower case: the order of ASCII), so that a
move writes one key and two people who insert at the same place both succeed (cells with equal positions sort by id).
The head letter of the integer part says how long it is: "a0" has one digit, "b00" two, "Zz" is the one-digit integer
below "a0". The browser makes the same strings; docs/format-worksheet.md has the rules.
"""

from __future__ import annotations

import re

from sagews.errors import SagewsError

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Each insert between the same two neighbours halves the room: a digit lasts for six of them, these for twelve hundred.
MAX_LENGTH = 200
_PATTERN = re.compile(r"[0-9A-Za-z]+")
# Nothing is before it, so nobody may have it: the next one could not be put in front.
_SMALLEST = "A" + "0" * 26


def is_position(text: object) -> bool:
    """Whether this is a position of at most MAX_LENGTH characters, in its one canonical form."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not _PATTERN.fullmatch(text):
        return False
    length = _integer_length(text[0])
    if length is None or len(text) < length or text == _SMALLEST:
        return False
    return len(text) == length or text[-1] != "0"


def between(before: str | None, after: str | None) -> str:
    """Return a position after `before` and before `after`; None stands for the start or the end.

    Raises:
        SagewsError: `bad-value` when these are not two positions in order.
    """
    _require_order(before, after)
    if before is None:
        return _before(after)
    if after is None:
        return _after(before)
    integer, fraction = _split(before)
    upper_integer, upper_fraction = _split(after)
    if integer == upper_integer:
        return integer + _middle(fraction, upper_fraction)
    following = _increment(integer)
    if following is not None and following < after:
        return following
    return integer + _middle(fraction, None)


def spread(before: str | None, after: str | None, count: int) -> list[str]:
    """Return this many positions in order between two others, of even length, so that they do not grow."""
    if count <= 0:
        return []
    if after is None:
        return _run_after(before, count)
    middle = between(before, after)
    half = count // 2
    return [*spread(before, middle, half), middle, *spread(middle, after, count - half - 1)]


def _run_after(before: str | None, count: int) -> list[str]:
    """Positions one after the other with nothing behind them."""
    positions: list[str] = []
    for _ in range(count):
        before = between(before, None)
        positions.append(before)
    return positions


def _require_order(before: str | None, after: str | None) -> None:
    """Refuse what is not a position, and two that are equal or the wrong way round."""
    if not all(value is None or is_position(value) for value in (before, after)):
        raise SagewsError("bad-value", field="pos", reason="it is not a position")
    if before is not None and after is not None and before >= after:
        raise SagewsError("bad-value", field="pos", reason="the positions are not in order")


def _before(after: str | None) -> str:
    """A position before everything that is there."""
    if after is None:
        return "a0"
    integer, fraction = _split(after)
    if integer == _SMALLEST:
        return integer + _middle("", fraction)
    if fraction:
        return integer
    preceding = _decrement(integer)
    return integer + _middle("", fraction) if preceding is None else preceding


def _after(before: str) -> str:
    """A position after everything that is there."""
    integer, fraction = _split(before)
    following = _increment(integer)
    return integer + _middle(fraction, None) if following is None else following


def _integer_length(head: str) -> int | None:
    """How many characters the integer part has, its head included; None for a head that is no letter."""
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    return None


def _split(position: str) -> tuple[str, str]:
    """The integer part and the fraction of a position that was checked."""
    length = _integer_length(position[0]) or 0
    return position[:length], position[length:]


def _middle(low: str, high: str | None) -> str:
    """A fraction strictly between two, as short as can be; None is one."""
    if high is not None:
        shared = 0
        while shared < len(high) and (low[shared] if shared < len(low) else "0") == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _middle(low[shared:], high[shared:])
    first = DIGITS.index(low[0]) if low else 0
    last = len(DIGITS) if high is None else DIGITS.index(high[0])
    # The middle rather than the next one: people insert before a place as often as behind it.
    if last - first > 1:
        return DIGITS[(first + last + 1) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], None)


def _increment(integer: str) -> str | None:
    """The next integer part, or None after the last one."""
    head, digits = integer[0], list(integer[1:])
    for index in reversed(range(len(digits))):
        value = DIGITS.index(digits[index]) + 1
        if value < len(DIGITS):
            digits[index] = DIGITS[value]
            return head + "".join(digits)
        digits[index] = "0"
    if head == "z":
        return None
    if head == "Z":
        return "a0"
    following = chr(ord(head) + 1)
    return following + "0" * ((_integer_length(following) or 2) - 1)


def _decrement(integer: str) -> str | None:
    """The integer part before this one, or None before the first."""
    head, digits = integer[0], list(integer[1:])
    for index in reversed(range(len(digits))):
        value = DIGITS.index(digits[index]) - 1
        if value >= 0:
            digits[index] = DIGITS[value]
            return head + "".join(digits)
        digits[index] = DIGITS[-1]
    if head == "A":
        return None
    if head == "a":
        return "Zz"
    preceding = chr(ord(head) - 1)
    return preceding + DIGITS[-1] * ((_integer_length(preceding) or 2) - 1)
