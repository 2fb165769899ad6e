"""From the text of a cell to Python, or to modes that take the whole text.

A cell may begin with lines `%name` (magics/heads.py), one below the other: languages, contexts around what is below
(magics/table.py), and modes that are given the text. The lowest mode gets the text, the one above it what that
returns. Other lines may be magics too (magics/escapes.py). Pasted prompts and look-alikes of Python's characters are
undone on the way. Line numbers stay those of the cell.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.pasted import without_lookalikes, without_prompts
from sagews.session.magics import escapes, heads, table
from sagews.session.magics.heads import Head
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import LANGUAGES, Printed, UnknownMagic

_marks = re.compile(r"[%!?]")
READ_ONLY = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is left to do for a cell.

    Attributes:
        source: Python with the cell's line numbers.
        language: what the cell's own text is written in.
        around: entered while it runs, or while `apply` works.
        apply: does and shows what modes make of the text; then there is no source.
    """

    source: str
    language: str
    around: AbstractContextManager[Any]
    apply: Callable[[], None] | None = None


@dataclass(slots=True)
class _Stack:
    """What stands at the top of a cell, from the first line downwards.

    Attributes:
        language: of the text, if it is code.
        named: whether a line says so; what modes below it return is then run.
        contexts: to be entered.
        modes: the text goes through them, from the last to the first.
        text: what is below all of them.
    """

    language: str
    text: str
    named: bool = False
    contexts: list[AbstractContextManager[Any]] = field(default_factory=list)
    modes: list[Callable[[str], Any]] = field(default_factory=list)


class Modes:
    """Turns the source of a cell into Python, or into the work of modes.

    Args:
        preparse: Sage's language to Python; None where Sage is not installed.
    """

    def __init__(self, preparse: Callable[[str], str] | None = None) -> None:
        self._preparse = preparse

    def prepare(self, source: str, language: str, shell: Shell) -> Prepared:
        """Return what to do. Nothing of it has been done yet, but for the choice of a default mode.

        Raises:
            UnknownMagic: for a mode that is not known.
            Exception: of an expression that names a mode.
        """
        stack = _Stack(language, without_prompts(source))
        while (head := heads.read(stack.text)) is not None and self._takes(stack, head, shell):
            pass
        if not stack.modes and not stack.named and head is None and stack.text.strip():
            self._add_default(stack, shell)
        around = _entered(*stack.contexts) if stack.contexts else contextlib.nullcontext()
        if stack.modes:
            return Prepared("", stack.language, around, lambda: self._apply(stack, shell))
        return Prepared(self.python(stack.text, stack.language), stack.language, around)

    def _takes(self, stack: _Stack, head: Head, shell: Shell) -> bool:
        """Take a line from the top of what is left; return False where it belongs to the text."""
        if stack.modes and not self._goes_on(head, shell):
            return False
        name = head.name
        if name in LANGUAGES and not stack.modes:
            stack.language, stack.named = name, True
        elif name == "default_mode":
            return self._choose_default(stack, head, shell)
        elif name in table.DIRECTIVES:
            pass
        elif (context := _context(head, shell)) is not None:
            stack.contexts.append(context(shell, f"{head.arguments}{head.rest}"))
            # %%time and its like may have code on their own line, which the capture of output may not.
            stack.text = head.without(None if name == "time" else "")
            return True
        elif _is_block(head, shell):
            # Whatever is below is its text.
            stack.modes.append(lambda _: shell.run_cell_magic(name, head.rest.strip(), head.below))
            stack.text = ""
            return False
        elif not head.whole and shell.has_line(name):
            return False
        else:
            stack.modes.append(self._mode(head, shell))
        stack.text = head.without()
        return True

    def _goes_on(self, head: Head, shell: Shell) -> bool:
        """Whether a line below a mode is one more, and not that mode's text: many languages begin remarks with `%`."""
        if not head.alone:
            return False
        known = head.name in table.DIRECTIVES or table.find_around(head.name) or table.find_mode(shell, head.name)
        return bool(known) and (head.name not in shell.original or table.is_own(head.name))

    def _mode(self, head: Head, shell: Shell) -> Callable[[str], Any]:
        if head.arguments or "." in head.name:
            # As in CoCalc's worksheets, any expression may name a mode.
            mode = table.mode_of(shell.ev(self.python(head.name + head.arguments, shell.evaluator.language)))
        else:
            mode = shell.mode(head.name)
        if mode is None:
            if shell.has_line(head.name):
                raise UnknownMagic(f"%%{head.name} is for a single line: write %{head.name}.")
            raise UnknownMagic(shell.unknown(head.name))
        return lambda text: mode(shell, text)

    def _choose_default(self, stack: _Stack, head: Head, shell: Shell) -> bool:
        """Remember a mode for the cells that follow, or tell which one it is."""
        wanted = (head.arguments or head.rest).strip("()'\" \t%")
        if wanted:
            if wanted not in LANGUAGES and shell.mode(wanted) is None:
                raise UnknownMagic(shell.unknown(wanted))
            shell.default_mode = wanted
        else:
            sys.stdout.write(f"%{shell.default_mode or stack.language}\n")
        stack.text = head.without("")
        return True

    def _add_default(self, stack: _Stack, shell: Shell) -> None:
        if shell.default_mode in LANGUAGES:
            stack.language = shell.default_mode
        elif shell.default_mode:
            stack.modes.append(self._mode(Head(shell.default_mode, "", False, "", "", 0), shell))

    def _apply(self, stack: _Stack, shell: Shell) -> None:
        value: Any = stack.text.strip("\n")
        for mode in reversed(stack.modes):
            if not isinstance(value, str):
                break
            value = mode(value)
        if stack.named and isinstance(value, str) and not isinstance(value, Printed):
            value = shell.evaluator.evaluate(value)
        _show(value)

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


def _context(head: Head, shell: Shell) -> table.Around | None:
    """Return the context around what is below that a line names."""
    context = table.find_around(head.name)
    # With code on its line, `%time f()` is about that line only.
    whole = head.whole or bool(head.arguments) or head.bare or not shell.has_line(head.name)
    return context if whole else None


def _is_block(head: Head, shell: Shell) -> bool:
    return shell.has_block(head.name) and (head.whole or head.bare or not shell.has_line(head.name))


@contextlib.contextmanager
def _entered(*contexts: AbstractContextManager[Any]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for each in contexts:
            stack.enter_context(each)
        yield


def _show(value: Any) -> None:
    """Show what a mode returned: a text as it is."""
    if isinstance(value, Printed):
        if value.strip():
            sys.stdout.write(value if value.endswith("\n") else f"{value}\n")
    elif isinstance(value, str):
        stage.publish({"text/plain": value}, {})
    elif value is not None:
        stage.display(value)
