r"""Sage's language to Python, line for line.

Sage's preparser keeps line numbers except where it joins the lines of a statement such as `f(x,\n y) = x`; then the
cell is cut into its top-level statements and what a statement lost is given back behind it. Tracebacks so always name
the line that a person wrote.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from functools import lru_cache

from sagews.session.evaluation.compiler import KEPT, LONGEST_KEPT
from sagews.session.evaluation.sources import lines_of

_on = True


def switch(on: bool = True) -> None:
    """Turn Sage's language on or off for the cells that follow: off, they are plain Python."""
    global _on
    _on = on is True


def preparsed(source: str) -> str:
    """Return Python with as many lines as the source in Sage's language.

    Raises:
        ImportError: when Sage is not installed.
        SyntaxError: for something that the preparser itself refuses.
    """
    if not _on:
        return source
    if len(source) > LONGEST_KEPT:
        return _translated(source, None)
    from sage.repl.preparse import implicit_mul_level

    return _kept(source, implicit_mul_level)


def _translated(source: str, _level: object) -> str:
    """Translate; `_level` only tells apart what is kept: how much implicit multiplication the preparser adds now."""
    from sage.repl.preparse import preparse

    whole = str(preparse(source))
    if whole.count("\n") == source.count("\n"):
        return whole
    return "".join(_padded(str(preparse(part)), part) for part in _statements(source))


_kept = lru_cache(KEPT)(_translated)


def _padded(text: str, source: str) -> str:
    return text + "\n" * (source.count("\n") - text.count("\n"))


def _statements(source: str) -> Iterator[str]:
    """Cut a source before every line that begins a statement at the margin."""
    lines = lines_of(source)
    starts = sorted({0, *_starts(source)})
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "".join(lines[start:end])


def _starts(source: str) -> Iterator[int]:
    """Yield the indices of lines at which a new logical line begins without indentation."""
    fresh = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
                continue
            if fresh and token.start[1] == 0:
                yield token.start[0] - 1
            fresh = token.type == tokenize.NEWLINE
    except (tokenize.TokenError, IndentationError):
        return
