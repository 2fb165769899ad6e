"""The front matter of a worksheet file: a few `key: value` lines that we read and change, all else word for word."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sagews.model.worksheet.lines import BYTE_ORDER_MARK, content_of, ending_of, front_lines, lines_of

_PLAIN = re.compile(r"[^\s\"'#&*!|>%@`\[\]{},:?-][^\r\n:#]*")


def front_value(front: str, key: str) -> str | None:
    """Return the value of a key of the front matter, without its quotes; None if it is not there."""
    lines = lines_of(front)
    for line in lines[1 : front_lines(lines)]:
        if line.startswith(f"{key}:"):
            return _unquoted(content_of(line)[len(key) + 1 :].strip(" \t"))
    return None


def with_values(front: str, values: Mapping[str, str]) -> str:
    """Return the front with these values; a key that has its value already is left as it stands."""
    wanted = {key: value for key, value in values.items() if (front_value(front, key) or "") != value}
    # Untouched to the byte: a file that nobody changed must not differ in git.
    if not wanted:
        return front
    lines = lines_of(front)
    count = front_lines(lines)
    if not count:
        mark = BYTE_ORDER_MARK if front.startswith(BYTE_ORDER_MARK) else ""
        head = "".join(f"{key}: {_quoted(value)}\n" for key, value in wanted.items())
        return f"{mark}---\nsagews: 1\n{head}---\n{front[len(mark) :]}"
    ending = ending_of(lines[0])
    for key, value in wanted.items():
        line = f"{key}: {_quoted(value)}{ending}"
        # Only the one line changes; comments and order are the author's.
        index = next((n for n in range(1, count - 1) if lines[n].startswith(f"{key}:")), None)
        if index is None:
            lines.insert(count - 1, line)
            count += 1
        else:
            lines[index] = line
    return "".join(lines)


def _unquoted(value: str) -> str:
    """A value without the quotes around it."""
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if value.startswith('"'):
        try:
            found = json.loads(value)
        except ValueError:
            return value
        return found if isinstance(found, str) else value
    return value


def _quoted(value: str) -> str:
    """A value as it stands on its line: in quotes if it could be read as anything but itself."""
    value = " ".join(value.split())
    # Quoted where YAML would read something else: a date, a number, a yes.
    return value if _PLAIN.fullmatch(value) and value == value.strip() else json.dumps(value, ensure_ascii=False)
