"""Where a syntax error is in the text that a person typed, which is not the text that was compiled.

Sage's preparser, magics and pasted prompts change a line before Python reads it. Python's column is carried back by
laying the two lines side by side, token by token: what both have tells where a column belongs.
"""

from __future__ import annotations

import difflib
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sagews.session.evaluation.sources import INNER, cell_of, lines_of

MAX_COMPARED = 600
"""Tokens of a line beyond which no caret is shown: comparing takes time in their square."""

_token = re.compile(r"[^\W\d]\w*|\d+|[^\w\s]")
# What the preparser lays around each number; its brackets would pass for those that people typed.
_wrapped = re.compile(r"\b(?:Integer|RealNumber)\(('?)([\w.+-]+)\1\)")


@dataclass(frozen=True, slots=True)
class SyntaxPlace:
    """The place of a syntax error.

    Attributes:
        file: the name of the compiled text.
        line: from 1.
        text: the line as it was typed, without its end.
        start: the first column that is meant, from 0, in code points; -1 when it is not known.
        end: the column behind the last one.
    """

    file: str
    line: int
    text: str
    start: int
    end: int

    def pointed(self, prefix: str) -> str:
        """Return the line without its indentation, and below it a caret for each column that is meant."""
        shown = self.text.strip()
        if self.start < 0:
            return prefix + shown
        indent = len(self.text) - len(self.text.lstrip())
        # A tab above the caret stays one below it.
        before = re.sub(r"\S", " ", shown[: max(0, self.start - indent)])
        return f"{prefix}{shown}\n{prefix}{before}{'^' * max(1, self.end - max(self.start, indent))}"


def locate(error: SyntaxError, compiled: str, *, in_bytes: bool) -> None:
    """Give an error the line that was compiled: Python finds it in files only.

    Args:
        error: of the compiler.
        compiled: the text that it read.
        in_bytes: its columns count bytes of UTF-8, as those of syntax trees do.
    """
    if error.text is not None or not isinstance(error.lineno, int):
        return
    lines = lines_of(compiled)
    if not 1 <= error.lineno <= len(lines):
        return
    error.text = text = lines[error.lineno - 1]
    if in_bytes and isinstance(error.offset, int):
        error.offset = _characters(text, error.offset - 1) + 1
        if isinstance(error.end_offset, int):
            error.end_offset = _characters(text, error.end_offset - 1) + 1


def _characters(text: str, count: int) -> int:
    return len(text.encode()[: max(0, count)].decode("utf-8", "ignore"))


def place_of(error: BaseException) -> SyntaxPlace | None:
    """Return where a syntax error is; None for other errors and when it does not say."""
    if not isinstance(error, SyntaxError) or not isinstance(error.lineno, int) or error.lineno < 1:
        return None
    file = str(error.filename or "")
    told = str(error.text or "").rstrip("\n")
    ours = cell_of(file) is not None or file == INNER
    typed = (linecache.getline(file, error.lineno).rstrip("\n") if ours else "") or told
    start = end = -1
    if isinstance(error.offset, int) and error.offset > 0 and told:
        last = error.end_offset if error.end_lineno == error.lineno and isinstance(error.end_offset, int) else 0
        start = _column(told, typed, error.offset - 1, end=False)
        end = start + 1
        if start >= 0 and last > error.offset:
            end = max(end, _column(told, typed, last - 2, end=True))
    return SyntaxPlace(file, error.lineno, typed, start, end)


def _column(told: str, typed: str, column: int, *, end: bool) -> int:
    """Return the column of the typed line that a column of the compiled one stands for, or -1.

    With `end` the column is that of the last character that is meant, and the one behind its counterpart is returned.
    """
    if told == typed:
        return min(column + end, len(typed))
    ours, theirs = list(_unwrapped(told)), list(_token.finditer(typed))
    if max(len(ours), len(theirs)) > MAX_COMPARED:
        return -1
    if end:
        index = max((number for number, token in enumerate(ours) if token.start() <= column), default=0)
    else:
        index = next((number for number, token in enumerate(ours) if column < token.end()), len(ours))
    found = _counterpart([token[0] for token in ours], [token[0] for token in theirs], index)
    if index >= len(ours) or found >= len(theirs):
        return len(typed)
    there, here = theirs[found], ours[index]
    if there[0] != here[0]:
        return there.end() if end else there.start()
    inside = min(max(0, column - here.start()), len(here[0]) - end)
    return there.start() + inside + end


def _counterpart(ours: list[str], theirs: list[str], index: int) -> int:
    """Return the number of the typed token that a compiled one stands for; the next one where it was added."""
    # From the end: what the preparser puts before a statement repeats its names.
    back = difflib.SequenceMatcher(None, ours[::-1], theirs[::-1], autojunk=False)
    position = len(ours) - 1 - index
    for kind, first, last, their_first, their_last in back.get_opcodes():
        if first <= position < last:
            from_end = their_first + position - first if kind == "equal" else min(their_last, len(theirs)) - 1
            return len(theirs) - 1 - max(0, from_end)
    return len(theirs)


def _unwrapped(told: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of a compiled line but for those around numbers."""
    wrappings = [(found.span(), found.span(2)) for found in _wrapped.finditer(told)]
    hidden = {at for (start, end), inner in wrappings for at in range(start, end) if not inner[0] <= at < inner[1]}
    yield from (token for token in _token.finditer(told) if token.start() not in hidden)
