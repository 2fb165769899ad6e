"""How a notebook's JSON was written: indent, order and ending, so that what was not changed is written the same."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

JSON = Any

BYTE_ORDER_MARK = "\ufeff"
MAX_INDENT = 8
_INDENT = re.compile(r"\s*[\[{]\r?\n([ \t]+)")
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class JsonStyle:
    r"""How JSON is laid out; by default as Jupyter does.

    Attributes:
        indent: of one level; nothing for all in one line.
        sort: whether names stand in alphabetical order.
        ascii: whether other characters are escaped.
        spaced: whether a space follows commas and colons where all is in one line.
        crlf: whether lines end with "\r\n".
        start: what stands before the first brace.
        end: what follows the last one.
        mark: whether a byte order mark comes first.
    """

    indent: str = " "
    sort: bool = True
    ascii: bool = False
    spaced: bool = True
    crlf: bool = False
    start: str = ""
    end: str = "\n"
    mark: bool = False

    def dump(self, value: JSON) -> str:
        """Return a value as a file."""
        separators = (",", ": ") if self.indent else (", ", ": ") if self.spaced else (",", ":")
        text = json.dumps(
            value, indent=self.indent or None, sort_keys=self.sort, ensure_ascii=self.ascii, separators=separators
        )
        # Within texts of JSON no line ends as such.
        text = self.start + text + self.end
        return (BYTE_ORDER_MARK if self.mark else "") + (text.replace("\n", "\r\n") if self.crlf else text)

    def fields(self) -> dict[str, JSON]:
        """Return what is not as Jupyter has it."""
        return {name: value for name, value in asdict(self).items() if value != getattr(JUPYTERS, name)}


JUPYTERS = JsonStyle()


def style_of(text: str, value: JSON) -> JsonStyle:
    """Return how a text writes the value that it says."""
    mark = text.startswith(BYTE_ORDER_MARK)
    text = text.removeprefix(BYTE_ORDER_MARK)
    indented = _INDENT.match(text)
    body = text.rstrip()
    start, end = (part.replace("\r\n", "\n") for part in (text[: len(text) - len(text.lstrip())], text[len(body) :]))
    crlf = "\r\n" in text
    escaped = text.isascii() and _ESCAPED.search(text) is not None
    return JsonStyle(
        indent=indented[1][:MAX_INDENT] if indented else "",
        sort=_is_sorted(value),
        ascii=escaped,
        spaced='": ' in body[:200],
        crlf=crlf,
        start=start if len(start) <= MAX_INDENT else "",
        end=end if len(end) <= MAX_INDENT else "\n",
        mark=mark,
    )


def style_from(fields: JSON) -> JsonStyle:
    """Return the style in an envelope, which anybody may have written; Jupyter's for what is none."""
    known = fields if isinstance(fields, dict) else {}
    found: dict[str, Any] = {}
    for name, usual in asdict(JUPYTERS).items():
        value = known.get(name, usual)
        if type(value) is not type(usual) or (isinstance(value, str) and (len(value) > MAX_INDENT or value.strip())):
            value = usual
        found[name] = value
    return JsonStyle(**found)


def _is_sorted(value: JSON) -> bool:
    """Whether the names of all objects stand in order."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            names = list(each)
            if names != sorted(names):
                return False
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return True
