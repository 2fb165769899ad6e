"""The names that a cell reads and writes at the top level of a session, by its syntax tree.

A cell is stale when a name that it read was written by another cell later. What runs is not looked at, only what is
written: `exec`, `load`, `from m import *` and methods that change an object are not seen. Assigning to a part of an
object (`A[0] = 1`, `p.x = 1`) writes its name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MAX_NAMES = 500
MAX_NAME = 100
MAX_CHARACTERS = 4000
"""Of all names that a cell reads, and of all that it writes; those beyond are left out."""

_DECLARE = ("var", "function")
_MAGICS = ("time", "timeit", "prun")
_option = re.compile(r"\s*-(?:[nr]\s*\d+|[qoctp]\b)\s*")
# What the preparser writes, and what stands for earlier values: no cell is known by them.
_own = re.compile(
    r"_|__|___|_i+|_i?\d+|In|Out|__tmp__|_sage_const_.*|get_ipython|Integer|RealNumber|ComplexNumber"
    r"|ellipsis_range|ellipsis_iter|Ellipsis|symbolic_expression"
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class TextNames:
    """What a cell reads of other cells, and what it writes (deletes, too); both in the order of the text."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


NOTHING = TextNames()


def names_of(tree: ast.Module, python: Callable[[str], str] = str) -> TextNames:
    """Return the names of a cell.

    Args:
        tree: of the Python that is run.
        python: turns what a line such as `%time …` holds into Python; may raise anything.
    """
    reader = _Reader(python)
    try:
        reader.visit(tree)
        reader.end()
    except RecursionError:
        return NOTHING
    return TextNames(_bounded(reader.reads), _bounded(reader.writes))


def _bounded(names: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    left = MAX_CHARACTERS
    for name in names:
        left -= len(name.encode()) + 1
        if left < 0 or len(found) == MAX_NAMES:
            break
        if len(name) <= MAX_NAME and not _own.fullmatch(name):
            found.append(name)
    return tuple(found)


@dataclass(slots=True)
class _Scope:
    """The local names of a function, comprehension or class; those of a class its functions don't see."""

    names: set[str]
    is_class: bool = False
    is_function: bool = False


class _Reader(ast.NodeVisitor):
    """Goes through a tree in the order in which it runs."""

    def __init__(self, python: Callable[[str], str]) -> None:
        self.reads: dict[str, None] = {}
        self.writes: dict[str, None] = {}
        self._python = python
        # Written for certain by now; only what a branch may have left out is still read from elsewhere.
        self._sure: set[str] = set()
        self._scopes: list[_Scope] = []
        # Functions read when they are called, and that may be after the whole cell.
        self._later: dict[str, None] = {}

    def end(self) -> None:
        """Take what functions read for read, but for what the cell itself writes somewhere."""
        self.reads.update((name, None) for name in self._later if name not in self.writes)

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _read(self, name: str) -> None:
        if any(name in scope.names for scope in self._scopes):
            return
        if any(scope.is_function for scope in self._scopes):
            self._later[name] = None
        elif name not in self._sure:
            self.reads[name] = None

    def _write(self, name: str) -> None:
        if any(name in scope.names for scope in self._scopes):
            return
        if self._scopes and self._scopes[-1].is_class:
            self._scopes[-1].names.add(name)
            return
        self.writes[name] = None
        if not self._scopes or not any(scope.is_function for scope in self._scopes):
            self._sure.add(name)

    # ------------------------------------------------------------------------------------- names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._read(node.id)
        else:
            self._write(node.id)
            if isinstance(node.ctx, ast.Del):
                self._sure.discard(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        self._part(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        self._part(node)

    def _part(self, node: ast.Attribute | ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Load):
            return
        whole: ast.expr = node
        while isinstance(whole, ast.Attribute | ast.Subscript):
            whole = whole.value
        if isinstance(whole, ast.Name):
            self._write(whole.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._all((node.value, *node.targets))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._all((node.value, node.annotation))
        if node.value is not None:
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target.id)
        self._all((node.value, node.target))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._all((node.value, node.target))

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            self._write(node.asname or node.name.partition(".")[0])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self._write(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._write(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self._write(node.rest)

    # ------------------------------------------------------------------------------------- branches

    def _branches(self, *branches: Iterable[ast.AST]) -> None:
        """Go through what runs in the alternative: sure is what all of them write."""
        before = set(self._sure)
        after: list[set[str]] = []
        for branch in branches:
            self._sure = set(before)
            self._all(branch)
            after.append(self._sure)
        self._sure = set.intersection(*after)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branches(node.body, node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._branches((node.body,), (node.orelse,))

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._branches(node.values[1:], ())

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branches(node.body, ())
        self._branches(node.orelse, ())

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._branches((node.target, *node.body), ())
        self._branches(node.orelse, ())

    visit_AsyncFor = visit_For

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        # It may end anywhere: what handlers find is not sure, and afterwards only what stands in `finally` is.
        self._branches((*node.body, *node.orelse), (), *[(handler,) for handler in node.handlers])
        self._all(node.finalbody)

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._all((node.type,))
        # Python deletes it at the end.
        self._inside(_Scope({node.name} if node.name else set()), node.body)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._branches((), *[(case,) for case in node.cases])

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._all((item.context_expr, item.optional_vars))
        self._all(node.body)

    visit_AsyncWith = visit_With

    # ------------------------------------------------------------------------------------- scopes

    def _inside(self, scope: _Scope, nodes: Iterable[ast.AST | None]) -> None:
        scopes = self._scopes
        self._scopes = [*(each for each in scopes if not (scope.is_function and each.is_class)), scope]
        self._all(nodes)
        self._scopes = scopes

    def _function(self, node: _Function, body: list[ast.stmt] | list[ast.expr]) -> None:
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        parameters = [each for each in every if each is not None]
        self._all((*given.defaults, *given.kw_defaults, *(each.annotation for each in parameters)))
        bound, shared = _bound(body)
        names = {each.arg for each in parameters} | (bound - shared)
        self._inside(_Scope(names, is_function=True), body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._all((*node.decorator_list, node.returns))
        self._write(node.name)
        self._function(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all((*node.decorator_list, *node.bases, *node.keywords))
        self._inside(_Scope(set(), is_class=True), node.body)
        self._write(node.name)

    def _comprehension(self, node: _Comprehension) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        names = {each.id for part in node.generators for each in ast.walk(part.target) if isinstance(each, ast.Name)}
        parts: list[ast.AST] = [*first.ifs]
        for other in others:
            parts += [other.iter, *other.ifs]
        parts += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        before = set(self._sure)
        self._inside(_Scope(names), parts)
        self._sure = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # ------------------------------------------------------------------------------------- calls

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        called = node.func
        if isinstance(called, ast.Name) and called.id in _DECLARE:
            for name in re.split(r"[,\s]+", " ".join(texts)):
                if name.isidentifier():
                    self._write(name)
        elif isinstance(called, ast.Attribute) and called.attr == "run_line_magic" and texts and texts[0] in _MAGICS:
            self._magic(" ".join(texts[1:]))

    def _magic(self, text: str) -> None:
        """Go through the code that `%time` and its like run."""
        while found := _option.match(text):
            text = text[found.end() :]
        try:
            tree = compile(self._python(text), "<magic>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except Exception:
            # It will not run either.
            return
        self.visit(tree)


def _bound(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Return the names that are bound in a function's own body, and those of them that it says are not its own."""
    bound: set[str] = set()
    shared: set[str] = set()
    open_nodes = list(body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Global):
            shared.update(node.names)
        elif (name := _binds(node)) is not None:
            bound.add(name)
        open_nodes += _inner(node)
    return bound, shared


def _binds(node: ast.AST) -> str | None:
    """Return the name that a node by itself binds."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            return node.id
        case ast.alias():
            return node.asname or node.name.partition(".")[0]
        case ast.MatchMapping():
            return node.rest
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return node.name
    return None


def _inner(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return ()
    if isinstance(node, _Comprehension):
        # Of what a comprehension binds only `:=` leaves it.
        return [each for part in ast.walk(node) if isinstance(part, ast.NamedExpr) for each in (part.target,)]
    return ast.iter_child_nodes(node)
