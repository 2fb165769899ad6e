r"""What single lines of a worksheet file mean: headings, fences, separators, the front matter.

Only lines that start in the first column mean anything here, so a fence inside of a list or a quotation is prose, as
everything else that this module does not know. A line ends with "\n", "\r\n" or "\r", as in Markdown: a cell's source
has "\n" for each of them, and what is no line of its own here would become one when the cell is written anew. Each test
takes time in proportion to the line, whatever is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sagews.model.identifiers import CELL_PATTERN

BLANK = " \t\r\n"
BYTE_ORDER_MARK = "\ufeff"
# Beyond these a line of dashes is a rule between paragraphs and not the end of front matter.
MAX_FRONT_LINES = 200
MAX_FRONT = 32 * 1024
MAX_COMMENT = 2_000
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_SPACES = re.compile(r"[ \t]+")
_FENCE = re.compile(r"(`{3,}|~{3,})([^\r\n]*)")
# Markdown lets the end of a fence be indented by three; the start is ours, in the first column.
_CLOSING = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\Z")
# Markdown's own rule: number signs with no space behind are a word, a hashtag for instance.
_HEADING = re.compile(r"(#{1,6})(?=[ \t]|\Z)[ \t]*")
OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,30}(?:=[^\s`<>\"']{1,100})?")
_FRONT_LINE = re.compile(r"[A-Za-z_][A-Za-z0-9_ .-]{0,60}:(?:[ \t]|\Z)|[ \t]|#|- ")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line: its parts put together are the line, without its ending."""

    depth: int
    head: str
    title: str
    tail: str
    id: str | None
    options: tuple[str, ...]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, each with its ending; together they are the text."""
    return _LINES.findall(text)


def ending_of(line: str) -> str:
    r"""Return how a line ends: "\r\n", "\n", "\r" or nothing."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1:] if line.endswith(("\n", "\r")) else ""


def content_of(line: str) -> str:
    """Return a line without its ending."""
    return line[: len(line) - len(ending_of(line))]


def is_blank(line: str) -> bool:
    """Whether a line holds nothing that can be seen."""
    return not line.strip(BLANK)


def opened_fence(line: str) -> tuple[str, str] | None:
    """Return the mark and the words of a line that opens a fence, or None."""
    match = _FENCE.match(line)
    if match is None:
        return None
    mark, words = match.groups()
    # Such a line is a paragraph with inline code to Markdown.
    return None if mark[0] == "`" and "`" in words else (mark, words)


def closes(line: str, mark: str) -> bool:
    """Whether a line closes the fence that this mark opened."""
    match = _CLOSING.match(content_of(line))
    return match is not None and match[1].startswith(mark)


def cell_words(words: str) -> tuple[str | None, tuple[str, ...]] | None:
    """Return the id and the options from the words of a `sage` fence; None for any other fence."""
    parts = _SPACES.split(words.strip(" \t"))
    if parts[0] != "sage":
        return None
    return _id_and_options(parts[1:])


def separator(line: str) -> tuple[str | None, tuple[str, ...]] | None:
    """Return the id and the options of a line like `<!-- cell #p2x1 -->`; None for any other line."""
    return _comment(content_of(line), "cell") if line.startswith("<!--") else None


def heading(line: str) -> Heading | None:
    """Return the parts of a heading line, or None."""
    content = content_of(line)
    match = _HEADING.match(content)
    if match is None:
        return None
    rest = content[match.end() :]
    title, found = _without_comment(rest.rstrip(" \t"))
    if found is None:
        title = _without_closing(title)
    identity, options = found or (None, ())
    return Heading(len(match[1]) - 1, match[0], title, rest[len(title) :], identity, options)


def front_lines(lines: list[str]) -> int:
    """Return how many lines the front matter at the start takes; 0 if there is none."""
    if not lines or content_of(lines[0]).removeprefix(BYTE_ORDER_MARK).rstrip(" \t") != "---":
        return 0
    size = 0
    for number, line in enumerate(lines[1:MAX_FRONT_LINES], 2):
        size += len(line)
        content = content_of(line).rstrip(" \t")
        # YAML's own two ends.
        if content in ("---", "..."):
            return number if number > 2 else 0
        if size > MAX_FRONT or not (is_blank(line) or _FRONT_LINE.match(content)):
            return 0
    return 0


def _without_closing(title: str) -> str:
    """A heading's title without the number signs that may close it."""
    stripped = title.rstrip("#")
    if stripped == title or (stripped and stripped[-1] not in " \t"):
        return title
    return stripped.rstrip(" \t")


def _without_comment(title: str) -> tuple[str, tuple[str | None, tuple[str, ...]] | None]:
    """A heading's title without the comment that may give its id, and what the comment says."""
    # The last one, and only at the very end: a title may speak of comments.
    start = title.rfind("<!--") if title.endswith("-->") else -1
    if start < 0 or (start and title[start - 1] not in " \t"):
        return title, None
    found = _comment(title[start:], "")
    if found is None or found[0] is None:
        return title, None
    return title[:start].rstrip(" \t"), found


def _comment(text: str, word: str) -> tuple[str | None, tuple[str, ...]] | None:
    """The id and options in a comment that starts with a word and holds nothing else."""
    if len(text) > MAX_COMMENT:
        return None
    parts = _SPACES.split(text.rstrip(" \t"))
    if len(parts) < 3 or parts[0] != "<!--" or parts[-1] != "-->" or (word and parts[1] != word):
        return None
    given = parts[2 if word else 1 : -1]
    identity, options = _id_and_options(given)
    return (identity, options) if len(given) == len(options) + (identity is not None) else None


def _id_and_options(parts: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The id, if the first word is one, and the words that are options."""
    identity = None
    if parts and parts[0].startswith("#") and CELL_PATTERN.fullmatch(parts[0][1:]):
        identity, parts = parts[0][1:], parts[1:]
    return identity, tuple(part for part in parts if OPTION.fullmatch(part))
