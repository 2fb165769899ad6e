"""What is wrong with the settings, and where it stands: one sentence for each slip, with the line of the file.

Reading and checking gather problems instead of raising: whoever writes the file mends all of it in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sagews.errors import SagewsError

_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        key: of the setting, for instance "site.port"; "" for none.
        sentence: what is wrong and what to do, without the key.
    """

    key: str
    sentence: str


def refuse(problems: Iterable[Problem], path: str | None) -> None:
    """Raise all problems at once; nothing happens where there are none.

    Args:
        problems: in the order in which they are told.
        path: of the settings file, for the lines in it; None where the settings came from elsewhere.

    Raises:
        SagewsError: `configuration`.
    """
    lines = setting_lines(_text(path))
    told = [_told(problem, path, lines) for problem in problems]
    if told:
        raise SagewsError("configuration", reason="; ".join(told))


def _told(problem: Problem, path: str | None, lines: dict[str, int]) -> str:
    """Return a problem as compilers write it: a setting that is not in the file stands for its section, if that is."""
    line = lines.get(problem.key, lines.get(problem.key.partition(".")[0]))
    place = f"{path}:{line}: " if path and line else ""
    return f"{place}{problem.key}: {problem.sentence}" if problem.key else f"{place}{problem.sentence}"


def _text(path: str | None) -> str:
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError):
        return ""


def setting_lines(text: str) -> dict[str, int]:
    """Return in which line of a TOML file each table and each setting begins; the parser of Python does not tell.

    A line that only looks like a setting, inside of a text of several lines, may be taken for one: what follows is a
    number that helps less, never another refusal.
    """
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            section = header[1] + "."
            found.setdefault(header[1], number)
        elif key:
            found.setdefault(section + re.sub(r"\s", "", key[1]), number)
    return found
