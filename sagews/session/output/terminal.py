"""What a terminal shows of backspaces and of lines that are drawn over, so that it need not be sent and kept.

Done where text leaves the session, for what arrives together; a line that began in an earlier piece of text can't be
changed any more, so a backspace never reaches into it.
The page draws over what it has (static/src/outputs/terminal/screen.ts).
"""

from __future__ import annotations

import re

_line_with_backspace = re.compile(r"[^\n\r\x1b]*\x08[^\n\r\x1b]*")


# What is drawn behind a carriage return, with colours that end where it ends.
_colour = re.compile(r"\x1b\[([\d;]*)m")
_ERASED = ("\x1b[K", "\x1b[0K", "\x1b[2K")
_PLAIN = "\x1b[0m"
# Longer than any line that is seen at once: it covers everything.
_ALL = 1 << 30


def overstruck(text: str) -> str:
    """Return text in which every backspace has had its effect, without what is drawn over in it."""
    if "\r" in text:
        text = "\n".join(_uncovered(line) if "\r" in line else line for line in text.split("\n"))
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


def _uncovered(line: str) -> str:
    """Return a line without the drafts of it that a later one covers."""
    first, *drafts = line.split("\r")
    kept: list[str] = []
    covered = -1
    for draft in reversed(drafts):
        width, plain = _width(draft)
        # What moves about, or leaves a colour on, has an effect beyond its letters.
        if plain and width <= covered:
            # Its colours ended with it, and so did those that were on before.
            if "\x1b" in draft and not kept[-1].startswith(_PLAIN):
                kept[-1] = _PLAIN + kept[-1]
            continue
        kept.append(draft)
        if plain:
            covered = max(covered, width)
    return "\r".join([first, *reversed(kept)])


def _width(draft: str) -> tuple[int, bool]:
    """Return how many letters a draft of a line has, and whether it does nothing but write them, in colours or not."""
    erases = draft.startswith(_ERASED)
    for erased in _ERASED:
        draft = draft.removeprefix(erased)
    colours = _colour.findall(draft)
    letters = _colour.sub("", draft) if colours else draft
    plain = letters.isprintable() and (not colours or colours[-1] in ("", "0"))
    return _ALL if erases else len(letters), plain
