"""What stands before a dot when it is no plain name: `(x^2).`, `SymmetricGroup(3).`, `QQ['x'].`.

Sage's objects get their methods at run time, from categories and parents, so only the object itself knows them. An
expression is evaluated when that can change nothing: arithmetic on Sage's objects, indexing, and calls of what Sage's
library makes objects with (harmless.py). Anything else, above all a person's own function, is left to jedi.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from sagews.session.help.harmless import is_given, is_known, is_sages, makes_objects

LONGEST = 500
_CLOSING = {")": "(", "]": "[", "}": "{"}
_INNER = (
    *(ast.BinOp, ast.UnaryOp, ast.Constant, ast.Tuple, ast.List, ast.Slice, ast.keyword, ast.Load, ast.operator),
    *(ast.unaryop, ast.Name, ast.Attribute, ast.Subscript, ast.Call),
)


def before_dot(text: str) -> str:
    """Return the expression that ends where text ends, "" when it is a plain name or there is none."""
    end = len(text)
    start = end
    while 0 < start and end - start < LONGEST:
        last = text[start - 1]
        if last in _CLOSING:
            start = _opening(text, start - 1)
            if start < 0:
                return ""
        elif last.isalnum() or last in "_.":
            start -= 1
        elif last in "'\"":
            start = text.rfind(last, 0, start - 1)
            if start < 0:
                return ""
        else:
            break
    found = text[start:end].strip()
    return found if any(mark in found for mark in "([{'\"") else ""


def _opening(text: str, closing: int) -> int:
    """Return where the bracket that closes here was opened, -1 when it was not; those in texts count too."""
    depth: list[str] = []
    for place in range(closing, max(-1, closing - LONGEST), -1):
        mark = text[place]
        if mark in _CLOSING:
            depth.append(_CLOSING[mark])
        elif depth and mark == depth[-1]:
            depth.pop()
            if not depth:
                return place
    return -1


def value_of(expression: str, namespace: Mapping[str, Any], python: Callable[[str], str]) -> tuple[bool, Any]:
    """Return (True, value) of a harmless expression, else (False, None).

    Args:
        expression: in the language of the cell.
        namespace: the session's globals.
        python: that language to Python.
    """
    try:
        tree = ast.parse(python(expression).strip(), mode="eval")
        if not all(isinstance(node, _INNER) for node in ast.walk(tree.body)):
            return False, None
        return True, _value(tree.body, namespace)
    except Exception:
        # Half-written, not harmless, or wrong: in each case there is nothing to say about it.
        return False, None


class _NotHarmless(Exception):
    """Evaluating this might change something."""


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Evaluate what `_INNER` lets pass, asking of every call what it calls, and of every operator on what it works."""
    if isinstance(node, ast.Call):
        return _called(node, names)
    if isinstance(node, ast.Attribute):
        value = _value(node.value, names)
        # A property or `__getattr__` of a person's own would run.
        if not is_sages(value):
            raise _NotHarmless
        return getattr(value, node.attr)
    if isinstance(node, (ast.Tuple, ast.List)):
        parts = [_value(each, names) for each in node.elts]
        return tuple(parts) if isinstance(node, ast.Tuple) else parts
    if isinstance(node, (ast.Name, ast.Constant)):
        return eval(compile(ast.Expression(node), "<completion>", "eval"), dict(names))  # noqa: S307  (a name)
    return _operated(node, names)


def _called(node: ast.Call, names: Mapping[str, Any]) -> Any:
    """Call what makes objects, with arguments that hold nothing of a person's own."""
    function = _value(node.func, names)
    given = [_value(each, names) for each in node.args]
    named = {str(each.arg): _value(each.value, names) for each in node.keywords}
    # With `inplace` methods that else make something new change what they belong to.
    if not makes_objects(function) or "inplace" in named or not all(map(is_given, (*given, *named.values()))):
        raise _NotHarmless
    return function(*given, **named)


def _operated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Evaluate an operator or an index on operands that are Sage's or Python's own."""
    operands = {f"_{field}": _value(part, names) for field, part in ast.iter_fields(node) if isinstance(part, ast.expr)}
    if not all(map(is_known, operands.values())):
        raise _NotHarmless
    for field in operands:
        setattr(node, field[1:], ast.copy_location(ast.Name(field, ast.Load()), node))
    return eval(compile(ast.Expression(node), "<completion>", "eval"), operands)  # noqa: S307  (one operator)
