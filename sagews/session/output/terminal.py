"""What a terminal shows of backspaces: the characters after one stand in the place of those before it.

Done where text leaves the session, for what arrives together; a line that began in an earlier piece of text can't be
changed any more, so a backspace never reaches into it.
"""

from __future__ import annotations

import re

_line_with_backspace = re.compile(r"[^\n\r\x1b]*\x08[^\n\r\x1b]*")


def overstruck(text: str) -> str:
    """Return text in which every backspace has had its effect."""
    if "\b" not in text:
        return text
    return _line_with_backspace.sub(lambda found: _struck(found[0]), text)


def _struck(line: str) -> str:
    shown: list[str] = []
    place = 0
    for mark in line:
        if mark == "\b":
            place = max(0, place - 1)
            continue
        shown[place : place + 1] = [mark]
        place += 1
    return "".join(shown)
