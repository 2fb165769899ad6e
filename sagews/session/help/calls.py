"""Which call the cursor stands in, and at which of its arguments: read from half-written code, in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sagews.session.help.receivers import before_dot

_callee = re.compile(r"([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)\s*\Z")
_keyword = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
# A text, a remark, or a sign that counts. What is not closed goes on to the end.
_token = re.compile(
    r'"""(?:\\.|(?!""").)*(?:"""|\Z)|\'\'\'(?:\\.|(?!\'\'\').)*(?:\'\'\'|\Z)'
    r'|"(?:\\.|[^"\\\n])*(?:"|$)|\'(?:\\.|[^\'\\\n])*(?:\'|$)|\#[^\n]*|[()\[\]{},:]|\blambda\b',
    re.DOTALL | re.MULTILINE,
)
# The receiver of what is called on something that can't be read.
UNREADABLE = "?"
_OPENING = "([{"
# Words before a bracket that call nothing.
_WORDS = frozenset(
    "and as assert await def del elif else except for from if in is lambda not or print return while with yield".split()
) - {"print"}
_definition = re.compile(r"\b(?:def|class)\s+\Z")


@dataclass(slots=True)
class OpenCall:
    """A call that is open.

    Attributes:
        name: what is called, dotted and without spaces.
        position: how many arguments stand before the one at the cursor.
        keyword: the name of the argument at the cursor, "" where it has none.
        receiver: the text before the dot in front of the name, where that is no name itself: `f(2)` of `f(2).act(`.
    """

    name: str
    position: int
    keyword: str
    receiver: str = ""


@dataclass(slots=True)
class _Bracket:
    sign: str
    at: int
    begun: int
    commas: int = 0
    lambdas: int = 0


def call_at(code: str, cursor: int) -> OpenCall | None:
    """Return the innermost call around the cursor, None where there is none, or what is called has no name.

    Args:
        code: a cell's text.
        cursor: in code points.
    """
    before = code[:cursor]
    open_ones: list[_Bracket] = []
    for found in _token.finditer(before):
        # In a remark nobody calls; in a text the argument is still this one.
        if found.end() == len(before) and found.group().startswith("#"):
            return None
        _take(found, open_ones)
    for bracket in reversed(open_ones):
        if bracket.sign == "(":
            name = _callee.search(before[: bracket.at])
            if name is not None:
                return _named(before, name, bracket)
    return None


def _take(found: re.Match[str], open_ones: list[_Bracket]) -> None:
    sign = found.group()
    if sign in _OPENING:
        open_ones.append(_Bracket(sign, found.start(), found.end()))
    elif not open_ones:
        return
    elif sign in ")]}":
        open_ones.pop()
    elif sign == "lambda":
        open_ones[-1].lambdas += 1
    elif sign == ":":
        open_ones[-1].lambdas = max(0, open_ones[-1].lambdas - 1)
    elif sign == "," and not open_ones[-1].lambdas:
        open_ones[-1].commas += 1
        open_ones[-1].begun = found.end()


def _named(before: str, name: re.Match[str], bracket: _Bracket) -> OpenCall | None:
    word = "".join(name.group(1).split())
    if word in _WORDS or _definition.search(before[: name.start()]):
        return None
    keyword = _keyword.match(before, bracket.begun)
    front = before[: name.start()].rstrip()
    receiver = (before_dot(front[:-1]) or UNREADABLE) if front.endswith(".") else ""
    return OpenCall(word, bracket.commas, keyword.group(1) if keyword else "", receiver)
