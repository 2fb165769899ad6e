"""The call at the cursor as pages show it while one types: parameters with types and defaults, which of them is next.

What a function takes is read from its code, never asked of an object of a person's own, so that it may be told while a
cell runs. Defaults and types are only named where naming them runs nobody's code.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, GenericAlias, MethodType, UnionType
from typing import Any

from sagews.session.help import untouched
from sagews.session.help.calls import OpenCall, call_at
from sagews.session.help.documents.preparing import first_sentence

MIME = "application/vnd.sagews.signature+json"
MOST_PARAMETERS = 60
LONGEST = 80
FIRST = 240
_EMPTY = inspect.Parameter.empty
_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "plain",
    inspect.Parameter.VAR_POSITIONAL: "several",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "named",
}
_PLAIN = (int, float, complex, bool, str, bytes, type(None), type(...))
_BUILT_IN = (
    BuiltinFunctionType,
    type(list.append),
    type(int.__add__),
    type("".__add__),
    type(dict.__dict__["fromkeys"]),
)


@dataclass(frozen=True, slots=True)
class Callee:
    """What is called: its signature, None where nobody knows, and its docstring."""

    signature: inspect.Signature | None
    document: str


def told(code: str, cursor: int, callee: Callable[[OpenCall], Callee | None]) -> str | None:
    """Return what pages are told of the call at the cursor, as JSON; None where there is none, or it is not known.

    Args:
        code: a cell's text.
        cursor: in code points.
        callee: finds what is called.
    """
    call = call_at(code, cursor)
    found = callee(call) if call is not None else None
    if call is None or found is None or (found.signature is None and not found.document):
        return None
    parameters = list(found.signature.parameters.values())[:MOST_PARAMETERS] if found.signature else []
    returns = found.signature.return_annotation if found.signature else _EMPTY
    return json.dumps(
        {
            "name": call.name.rpartition(".")[2][:LONGEST],
            "known": found.signature is not None,
            "parameters": [_parameter(each) for each in parameters],
            "returns": "" if returns is _EMPTY else type_name(returns),
            "active": active(parameters, call),
            "first": first_line(found.document),
        }
    )


def active(parameters: Sequence[inspect.Parameter], call: OpenCall) -> int:
    """Return which parameter the argument at the cursor is for, -1 where it has no place."""
    names = [each.name for each in parameters]
    if call.keyword:
        if call.keyword in names:
            return names.index(call.keyword)
        return next((n for n, each in enumerate(parameters) if each.kind is each.VAR_KEYWORD), -1)
    for number, each in enumerate(parameters):
        if each.kind is each.VAR_POSITIONAL or (number == call.position and each.kind is not each.KEYWORD_ONLY):
            return number if each.kind is not each.VAR_KEYWORD else -1
    return -1


def first_line(document: str) -> str:
    """Return the first sentence of a docstring in one line."""
    line = first_sentence(document)
    return line if len(line) <= FIRST else f"{line[: FIRST - 1]}…"


def callee_untouched(call: OpenCall, namespace: Mapping[str, Any]) -> Callee | None:
    """Return what is called, found without running a line of anybody's code."""
    target = untouched.MISSING if call.receiver else untouched.resolve(call.name, namespace)
    if target is untouched.MISSING or untouched.is_lazy(target):
        return None
    # A method that was found in its class gets its object by itself.
    path, _, name = call.name.rpartition(".")
    owner = untouched.resolve(path, namespace) if path else untouched.MISSING
    bound = owner is not untouched.MISSING and not untouched.is_class(owner) and not untouched.is_own(owner, name)
    return Callee(signature_of(target, bound=bound and not _is_static(owner, name)), document_of(target))


def _is_static(owner: Any, name: str) -> bool:
    return type(untouched.stored(owner, name)) is staticmethod


def signature_of(target: Any, *, bound: bool = False) -> inspect.Signature | None:
    """Return the signature of a function, method or class without running code of theirs; None where it is unknown.

    Args:
        target: what is called.
        bound: whether its first parameter is given already.
    """
    kind = type(target)
    if kind is MethodType:
        return signature_of(target.__func__, bound=True)
    if untouched.is_class(target):
        made = untouched.attribute(target, "__init__")
        return signature_of(made, bound=True) if type(made) is FunctionType or untouched.is_cython(made) else None
    found = None
    if kind is FunctionType:
        inner = target.__dict__.get("__wrapped__")
        if type(inner) is FunctionType and inner is not target:
            return signature_of(inner, bound=bound)
        found = _read(target) if "__signature__" not in target.__dict__ else None
    elif untouched.is_cython(target) or untouched.among(kind, _BUILT_IN):
        found = _read(target)
    else:
        called = untouched.attribute(kind, "__call__")
        return signature_of(called, bound=True) if type(called) is FunctionType else None
    return _without_first(found) if bound and found is not None else found


def _read(function: Any) -> inspect.Signature | None:
    try:
        return inspect.Signature.from_callable(function, follow_wrapped=False)
    except (TypeError, ValueError):
        # Of many built-in functions nobody wrote down what they take.
        return None


def _without_first(signature: inspect.Signature) -> inspect.Signature:
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        return signature.replace(parameters=parameters[1:])
    return signature


def without_self(signature: inspect.Signature) -> inspect.Signature:
    """Return a signature without the object that a method gets by itself: Sage's inspection keeps it."""
    return _without_first(signature) if next(iter(signature.parameters), "") == "self" else signature


def document_of(target: Any) -> str:
    """Return a docstring without running code, "" where there is none."""
    kind = type(target)
    if kind is FunctionType or kind is MethodType or untouched.is_cython(target) or untouched.among(kind, _BUILT_IN):
        found = target.__doc__
    else:
        found = untouched.attribute(target, "__doc__")
    return found if type(found) is str else ""


def written(signature: inspect.Signature) -> str:
    """Return a signature as text, with defaults and types as far as naming them runs nobody's code."""
    parts = []
    for each in list(signature.parameters.values())[:MOST_PARAMETERS]:
        told = _parameter(each)
        stars = {"several": "*", "named": "**"}.get(told["kind"], "")
        typed = f": {told['type']}" if told["type"] else ""
        parts.append(f"{stars}{told['name']}{typed}{'=' if told['default'] else ''}{told['default']}")
    return f"({', '.join(parts)})"


def _parameter(parameter: inspect.Parameter) -> dict[str, str]:
    default, annotation = parameter.default, parameter.annotation
    return {
        "name": parameter.name[:LONGEST],
        "kind": _KINDS[parameter.kind],
        "default": "" if default is _EMPTY else value_name(default),
        "type": "" if annotation is _EMPTY else type_name(annotation),
    }


def value_name(value: Any, depth: int = 0) -> str:
    """Return a default as it would be written, "…" where only code of its own could say."""
    kind = type(value)
    if untouched.among(kind, _PLAIN):
        text = repr(value) if kind is not str or len(value) <= LONGEST else repr(value[:LONGEST])
    elif (kind is tuple or kind is list) and depth < 2 and len(value) <= 8:
        inside = ", ".join(value_name(each, depth + 1) for each in value)
        text = f"[{inside}]" if kind is list else f"({inside}{',' * (len(value) == 1)})"
    elif kind is dict and not value:
        text = "{}"
    else:
        text = _own_name(value) or "…"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def type_name(annotation: Any, depth: int = 0) -> str:
    """Return a type as it would be written, "…" where only code of its own could say."""
    kind = type(annotation)
    if kind is str:
        text = annotation
    elif annotation is None or annotation is type(None):
        text = "None"
    elif kind is UnionType and depth < 3:
        text = " | ".join(type_name(each, depth + 1) for each in annotation.__args__[:8])
    elif kind is GenericAlias and depth < 3:
        inside = ", ".join(type_name(each, depth + 1) for each in annotation.__args__[:8])
        text = f"{_own_name(annotation.__origin__)}[{inside}]"
    else:
        text = _own_name(annotation) or "…"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _own_name(value: Any) -> str:
    if untouched.is_class(value):
        return untouched.class_name(value)
    return value.__name__ if type(value) is FunctionType or type(value) is BuiltinFunctionType else ""
