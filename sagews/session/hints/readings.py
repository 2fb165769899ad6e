"""Lines that can't be read, or are read as something else than was meant: a product without its sign, `=` for `==`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from itertools import islice, pairwise

from sagews.session.hints.table import Failed, Hint, advises

_print = re.compile(r"([ \t]*(?:(?:sage:|>>>)[ \t])?[ \t]*)print[ \t]+(.*\S)[ \t]*")
_token = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\#.*)"""
    r"|(?P<number>0[xXbBoO][0-9a-fA-F]+|(?<![\w.])\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<other>\S)"
)
_call = re.compile(r"((?<![\w.])\d[\d.]*|[)\]]|(?<![\w.])[A-Za-z_]\w*)[ \t]*\(")
_single = re.compile(r"(?<![=!<>:+\-*/%&|^@])=(?!=)")
_not_callable = re.compile(r"'(?:[\w.]+\.)?(\w+)' object is not callable")
_unsupported = re.compile(r"unsupported operand type\(s\) for \^")
_foreign = re.compile(r"'sage\.rings\.[\w.]+' object cannot be interpreted as an integer")
NUMBERS = frozenset(("int", "float", "complex", "Integer", "Rational", "RealLiteral", "RealNumber", "ComplexNumber"))
MULTIPLY = "To multiply, write *."
RAW = "This function takes Python's own numbers only: write r behind a number, as in 0.5r, or float(…)."
MOST_PLACES = 12
MOST_TOKENS = 60


@advises(SyntaxError)
def unreadable(failed: Failed) -> Iterator[Hint | None]:
    """Say with what small change a line can be read."""
    text, message = failed.text, str(getattr(failed.exception, "msg", ""))
    if message == "expected ':'":
        yield failed.changed("The line ends with a colon.", "Add :", f"{text.rstrip()}:")
        return
    if found := _print.fullmatch(text):
        yield failed.changed("print is a function.", "Write print(…)", f"{found[1]}print({found[2]})")
    if "==" in message or "assign" in message:
        yield _first(failed, "An equation is written with ==.", "Write ==", equations(text))
        return
    yield _first(failed, MULTIPLY, "Insert *", products(text))


@advises(TypeError)
def misread(failed: Failed) -> Iterator[Hint | None]:
    """Say what a number that was called, or a power in Python, should have been."""
    text, message = failed.text, str(failed.exception)
    found = _not_callable.fullmatch(message)
    if found and found[1] in NUMBERS:
        yield failed.changed(MULTIPLY, "Insert *", multiplied(failed))
    if _unsupported.match(message) and failed.language == "python":
        yield failed.changed("In Python powers are written with **.", "Write **", text.replace("^", "**"))
    if _foreign.search(message) and failed.language == "sage":
        yield failed.changed(RAW, "Write r", raw(text)) or Hint(RAW)


def raw(text: str) -> str:
    """Return a line whose numbers with a point or an exponent are Python's own, as Sage reads it."""
    for token in reversed(list(_token.finditer(text))):
        number, rest = token["number"] or "", text[token.end() :]
        # An r or a j may stand behind it already.
        if number[:2].lower() != "0x" and set(number) & set(".eE") and not rest[:1].isalnum():
            text = f"{text[: token.end()]}r{rest}"
    return text


def products(text: str) -> Iterator[str]:
    """Yield a line with `*` where it may be missing: everywhere behind numbers and brackets, then between two words."""
    tokens = list(_token.finditer(text))
    pairs = list(pairwise(tokens))[:MOST_TOKENS]
    sure = [first for first, second in pairs if _is_product(first, second)]
    everywhere = _starred(text, sure)
    if sure:
        yield everywhere
    for first, second in pairs:
        if _is_word(first) and _begins_value(second) and second.start() > first.end():
            yield _starred(text, [*sure, first])


def _is_product(first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether two tokens stand for a product; a bracket behind a bracket is a call."""
    if first["number"] is not None:
        return _is_word(second) or second["other"] == "("
    return first["other"] in (")", "]") and (_is_word(second) or second["number"] is not None)


def _begins_value(token: re.Match[str]) -> bool:
    return token["number"] is not None or token["other"] == "(" or _is_word(token)


def _is_word(token: re.Match[str]) -> bool:
    return token["name"] is not None and not keyword.iskeyword(token["name"])


def _starred(text: str, behind: list[re.Match[str]]) -> str:
    """Return a text with a sign in place of the space behind some of its tokens."""
    for token in sorted(behind, key=lambda token: token.end(), reverse=True):
        text = f"{text[: token.end()]}*{text[token.end() :].lstrip()}"
    return text


def equations(text: str) -> Iterator[str]:
    """Yield a line with one of its `=` doubled, the last first: what stands before it may be an assignment."""
    for found in reversed(list(_single.finditer(text))):
        yield f"{text[: found.start()]}=={text[found.end() :]}"


def multiplied(failed: Failed) -> str:
    """Return the line with `*` before each bracket that would call what is no function."""

    def sign(found: re.Match[str]) -> str:
        name = found[1]
        called = name.isidentifier() and (name not in failed.names or callable(failed.names[name]))
        return found[0] if called else f"{name}*("

    return _call.sub(sign, failed.text)


def _first(failed: Failed, text: str, label: str, lines: Iterator[str]) -> Hint | None:
    return next(
        (hint for line in islice(lines, MOST_PLACES) if (hint := failed.changed(text, label, line)) is not None), None
    )
