"""From the text of a cell to Python, or to a mode that takes the whole text.

A cell may begin with `%name` or `%%name`, below remarks and empty lines: a language, a mode that is given the text, or
a context around the cell's own code (magics/table.py). Other lines may be magics too (magics/escapes.py). Pasted
prompts and look-alikes of Python's characters are undone on the way. Line numbers stay those of the cell.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.pasted import without_lookalikes, without_prompts
from sagews.session.magics import escapes, table
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import LANGUAGES, UnknownMagic

_top = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(%%?)([^\W\d]\w*)(?:[ \t]+|(?=\n)|\Z)")
_marks = re.compile(r"[%!?]")
READ_ONLY = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is left to run of a cell.

    Attributes:
        source: Python with the cell's line numbers.
        language: what the cell's own text is written in.
        around: entered while it runs.
    """

    source: str
    language: str
    around: AbstractContextManager[Any] | None = None


class Modes:
    """Turns the source of a cell into Python, or deals with the cell itself.

    Args:
        preparse: Sage's language to Python; None where Sage is not installed.
    """

    def __init__(self, preparse: Callable[[str], str] | None = None) -> None:
        self._preparse = preparse

    def prepare(self, source: str, language: str, shell: Shell) -> Prepared | None:
        """Return what to run, or None when the cell is done.

        Raises:
            Exception: whatever a mode's own work raises; UnknownMagic for a mode that is not known.
        """
        source = without_prompts(source)
        found = _top.match(source) if "%" in source else None
        if found is None:
            return Prepared(self.python(source, language), language)
        above = "\n" * source.count("\n", 0, found.end())
        rest, newline, below = source[found.end() :].partition("\n")
        name, whole = found[2], found[1] == "%%"
        if name in LANGUAGES:
            return self.prepare(above + rest + newline + below, name, shell)
        if (entered := self._context(name, rest, below, whole=whole)) is not None:
            # %%time and its like may have code on their own line, which the capture of output may not.
            code = above + (rest if name == "time" else "") + newline + below
            prepared = self.prepare(code, language, shell)
            return prepared and Prepared(
                prepared.source, prepared.language, _both(entered(shell, rest), prepared.around)
            )
        if whole and shell.has_block(name):
            _show(shell.run_cell_magic(name, rest.strip(), below))
        elif not whole and shell.has_line(name):
            return Prepared(self.python(source, language), language)
        elif (mode := shell.mode(name)) is not None:
            _show(mode(shell, f"{rest}{newline}{below}".strip("\n")))
        elif not shell.has_line(name):
            raise UnknownMagic(shell.unknown(name))
        else:
            raise UnknownMagic(f"%%{name} is for a single line: write %{name}.")
        return None

    def _context(self, name: str, rest: str, below: str, *, whole: bool) -> table.Around | None:
        """Return the context for a cell's code that its first line names."""
        context = table.find_around(name)
        # With code on its line, `%time f()` is about that line only.
        return context if context is not None and (whole or (not rest.strip() and below.strip())) else None

    def python(self, source: str, language: str) -> str:
        """Return text of a language as Python."""
        source = without_lookalikes(source)
        if _marks.search(source):
            source = escapes.translated(source)
        if language == "sage" and self._preparse is not None:
            return self._preparse(source)
        return source

    def can_be_read(self, source: str, language: str) -> bool:
        """Return whether the text of a cell is Python or Sage; nothing of it is run."""
        try:
            compile(self.python(without_prompts(source), language), "<tried>", "exec", READ_ONLY, dont_inherit=True)
        except Exception:
            # Of the compiler, the preparser or a magic that is not known: whatever it is, it can't be read.
            return False
        return True


@contextlib.contextmanager
def _entered(*contexts: AbstractContextManager[Any]) -> Any:
    with contextlib.ExitStack() as stack:
        for each in contexts:
            stack.enter_context(each)
        yield


def _both(outer: AbstractContextManager[Any], inner: AbstractContextManager[Any] | None) -> AbstractContextManager[Any]:
    return outer if inner is None else _entered(outer, inner)


def _show(value: Any) -> None:
    """Show what a mode returned: a text as it is."""
    if isinstance(value, str):
        stage.publish({"text/plain": value}, {})
    elif value is not None:
        stage.display(value)
