"""Reads the first line of a cell that begins with `%name`, `%name(…)` or `%%name`, below remarks and empty lines."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_top = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(%%?)([^\W\d]\w*(?:\.[^\W\d]\w*)*)(?=[ \t\n(]|\Z)")
_options = re.compile(r"(?:\s*-\w+(?:\s*\d+)?)*\s*\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """Such a line, and what is around it.

    Attributes:
        name: what stands behind the mark; may be dotted.
        arguments: brackets that stand right behind the name, with what they hold; "" without.
        whole: whether the mark is `%%`.
        rest: the rest of the line.
        below: the text below the line.
        line: the number of lines above it.
    """

    name: str
    arguments: str
    whole: bool
    rest: str
    below: str
    line: int

    @property
    def bare(self) -> bool:
        """Whether nothing but options stands on the line, and something below: then it is about that."""
        return bool(_options.match(self.rest) and self.below.strip())

    @property
    def alone(self) -> bool:
        """Whether nothing else stands on the line."""
        return not self.rest.strip()

    def without(self, rest: str | None = None) -> str:
        """Return the text without its head, every line at its number.

        Args:
            rest: what stands on the head's line then; None for what stands there now.
        """
        kept = self.rest if rest is None else rest
        return "\n" * self.line + kept + ("\n" + self.below if self.below else "")


def read(text: str) -> Head | None:
    """Return the head of a text, None when it begins otherwise."""
    found = _top.match(text) if "%" in text else None
    if found is None:
        return None
    rest, _, below = text[found.end() :].partition("\n")
    arguments = _arguments(rest) if rest.startswith("(") else ""
    rest = rest[len(arguments) :].lstrip(" \t")
    return Head(found[2], arguments, found[1] == "%%", rest, below, text.count("\n", 0, found.end()))


def _arguments(text: str) -> str:
    """Return the brackets at the beginning of a text up to the one that closes them; "" when there is none."""
    for place, sign in enumerate(text):
        if sign == ")":
            try:
                ast.parse(f"f{text[: place + 1]}", mode="eval")
            except (SyntaxError, ValueError):
                # A bracket inside of a text or of other brackets.
                continue
            return text[: place + 1]
    return ""
