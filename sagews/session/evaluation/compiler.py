"""From the source of a cell to code objects: which expressions show their value, and which a semicolon silences."""

from __future__ import annotations
import __future__

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

from sagews.session.analysis.names import NOTHING, TextNames, names_of
from sagews.session.evaluation.sources import lines_of
from sagews.session.evaluation.syntax import locate

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
KEPT, LONGEST_KEPT = 32, 8 * 1024
"""How many cells stay compiled, and up to how many characters: people run the same short cell again and again."""

LONGEST_ANALYSED = 128 * 1024
"""Characters of a cell whose names are looked for: some ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a cell that runs as one: some statements, or one expression.

    Attributes:
        code: what to run.
        expression: whether running it gives a value that is shown.
        awaits: whether running it gives a coroutine.
        called: of an expression that is a call such as `plt.axis(…)`, the first name of what is called; else "".
        given: whether that call has arguments.
    """

    code: CodeType
    expression: bool
    awaits: bool
    called: str = ""
    given: bool = False


class Compiler:
    """Compiles the cells of one session; a `from __future__ import` holds for the cells after it too.

    Args:
        python: turns text in the language of cells into Python.

    Attributes:
        names: those of the text that was asked for last.
    """

    def __init__(self, python: Callable[[str], str] = str) -> None:
        self._python = python
        self.names = NOTHING
        self._future = 0
        self._names: dict[str, TextNames] = {}
        self._kept: dict[tuple[str, str, str, int], tuple[list[Step], TextNames]] = {}

    def steps(self, source: str, filename: str, shows: str) -> list[Step]:
        """Return what to run, in order. Nothing has run when a later line turns out to be wrong.

        Args:
            source: Python, after any preparser.
            filename: stands in tracebacks.
            shows: "all" or "last": which top-level expressions show their value.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: from the compiler.
        """
        # The file name names the cell's own text, so equal names with equal Python give equal code.
        key = (filename, source, shows, self._future)
        known = self._kept.get(key)
        if known is not None:
            steps, self.names = known
            return steps
        self.names = NOTHING
        steps = self._compiled(source, filename, shows)
        if len(source) <= LONGEST_KEPT:
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = steps, self.names
        return steps

    def _compiled(self, source: str, filename: str, shows: str) -> list[Step]:
        flags = _FLAGS | self._future
        read = False
        try:
            tree = compile(source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
            read = True
            self._future |= _future_flags(tree)
            # Before the tree is taken apart.
            self.names = self._names_of(tree, source)
            parts = list(_parts(tree.body, source, shows))
            return [_step(part, filename, _FLAGS | self._future) for part in parts]
        except SyntaxError as error:
            locate(error, source, in_bytes=read)
            raise

    def _names_of(self, tree: ast.Module, source: str) -> TextNames:
        """Return the names of a text, remembered: cells are run again as they are, under other numbers."""
        if len(source) > LONGEST_ANALYSED:
            return NOTHING
        known = self._names.get(source)
        if known is None:
            known = names_of(tree, self._python)
            if len(source) <= LONGEST_KEPT:
                if len(self._names) >= KEPT:
                    del self._names[next(iter(self._names))]
                self._names[source] = known
        return known


def _step(part: ast.Module | ast.Expression, filename: str, flags: int) -> Step:
    expression = isinstance(part, ast.Expression)
    code = compile(part, filename, "eval" if expression else "exec", flags, dont_inherit=True)
    awaits = bool(code.co_flags & inspect.CO_COROUTINE)
    if isinstance(part, ast.Expression) and isinstance(part.body, ast.Call):
        return Step(code, expression, awaits, _first_name(part.body.func), bool(part.body.args or part.body.keywords))
    return Step(code, expression, awaits)


def _first_name(node: ast.expr) -> str:
    """Return the name at the beginning of `a.b.c`, or "?" for anything else that can be called."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else "?"


def _parts(body: list[ast.stmt], source: str, shows: str) -> Iterator[ast.Module | ast.Expression]:
    """Yield each expression whose value is shown alone, and the statements between them together."""
    lines = lines_of(source)
    together: list[ast.stmt] = []
    for node in body:
        candidate = shows == "all" or node is body[-1]
        if candidate and isinstance(node, ast.Expr) and not _silenced(node, lines):
            if together:
                yield ast.Module(together, [])
            together = []
            yield ast.Expression(node.value)
        else:
            together.append(node)
    if together:
        yield ast.Module(together, [])


def _silenced(node: ast.Expr, lines: list[str]) -> bool:
    """Whether the line ends with a semicolon behind the expression."""
    if node.end_lineno is None or node.end_col_offset is None or node.end_lineno > len(lines):
        return False
    rest = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode("utf-8", "replace")
    return rest.partition("#")[0].strip(" \t\n)") == ";"


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for name in node.names:
                feature = getattr(__future__, name.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags
