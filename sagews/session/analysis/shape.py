r"""What is left of a cell's text when remarks and blank space that mean nothing are taken away.

Two texts of one shape are the same program. It is told by tokens, so that a page can tell it too
(static/src/document/names/shape.ts has the same rules; tests/session/shapes.json holds both to them): texts in
quotes, indentation and line ends of statements stay; what these rules can't read for certain has no shape and is
compared as it was written.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator

LONGEST = 64 * 1024
"""Characters beyond which a text has no shape."""
KEPT = 256
LONGEST_KEPT = 4096
"""Texts whose shapes are remembered, and characters that each has at most."""
LENGTH = 32
"""Hexadecimal digits of a shape."""

_token = re.compile(
    r"(?P<blank>(?:[ \t\f]|\\\n)+)"
    r"|(?P<remark>\#[^\n]*)"
    r"|(?P<quoted>[A-Za-z]{0,2}(?:'{3}[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'{3}"
    r'|"{3}[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"{3}'
    r"""|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'|"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"))"""
    r"|(?P<word>(?:[A-Za-z0-9_]|[^\x00-\x7f])+)"
    r"|(?P<end>\n)"
    r"|(?P<mark>\*\*=?|//=?|>>=?|<<=?|->|\.{2,3}|[-+*/%@&|^=!<>:]=|[%!=<>+\-*/()\[\]{}.,:;@&|^~])"
)
# Whose own line is kept as it is, and what stands below it is code.
_magic = re.compile(r"%%?(?:time|timeit|prun|capture|sage|python)(?![A-Za-z0-9_])[^\n]*")
_formatted = re.compile(r"[A-Za-z]?[fFtT][A-Za-z]?['\"]")
# Read as quotes where they stand in code.
_typeset = re.compile("[\u2018-\u201f]")


def shape_of(source: str) -> str:
    """Return the digest of a text's tokens, or "" where it has to be compared as it was written."""
    return _kept(source) if len(source) <= LONGEST_KEPT else _shape(source)


def _shape(source: str) -> str:
    if len(source) > LONGEST or _typeset.search(source):
        return ""
    tokens = list(_tokens(source))
    if None in tokens:
        return ""
    return hashlib.sha256("\0".join(map(str, tokens)).encode()).hexdigest()[:LENGTH]


# Cells are run again and again as they are.
_kept = functools.lru_cache(maxsize=KEPT)(_shape)


def _tokens(source: str) -> Iterator[str | None]:
    """Yield the tokens; None where the text can't be read for certain."""
    depth, last, indent, ended, place = 0, "", "", False, 0
    while place < len(source):
        found = _next(source, place, last)
        if found is None:
            yield None
            return
        text, kind = found[0], found.lastgroup
        place = found.end()
        if kind == "blank":
            indent = indent or text
        elif kind == "end":
            ended = ended or (last != "" and depth == 0)
            last, indent = ("", "") if depth == 0 else (last, "")
        elif kind != "remark":
            if last == "":
                yield from ["\n"] * ended
                yield indent
                ended = False
            if kind == "mark":
                depth = max(0, depth + (text in "([{") - (text in ")]}"))
            last = text
            yield text


def _next(source: str, place: int, last: str) -> re.Match[str] | None:
    """Return the token at a place behind the last one of its line; None where it can't be told."""
    # At the start of a line `%` begins a magic, and so it does behind `=`; else it is the remainder.
    magic = source[place] == "%" and last in ("", "=")
    found = (_magic if magic and not last else _token).match(source, place)
    if found is None or (magic and last):
        return None
    text = found[0]
    return None if text == "!" or (found.lastgroup == "quoted" and not _is_plain(text)) else found


def _is_plain(text: str) -> bool:
    """Whether a text in quotes ends where it seems to: within the braces of an f-string, quotes may stand."""
    if not _formatted.match(text):
        return True
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0
