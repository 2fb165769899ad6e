"""Markdown as HTML for a page that is read without us: paragraphs, headings, lists, fences, emphasis and links.

Not all of Markdown, and none of its HTML: every character that was written is escaped, and the tags are ours. Each line
is looked at a bounded number of times, whatever is in it.
"""

from __future__ import annotations

import html
import re

from sagews.model.worksheet.lines import closes, heading, opened_fence

_ITEM = re.compile(r" {0,3}([-*+]|[0-9]{1,9}[.)])[ \t]+(.*)\Z", re.DOTALL)
_RULE = re.compile(r"\|?(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?)?")
MAX_RULE = 2000
_BAR = re.compile(r"(?<!\\)\|")
# Code and formulas first: what stands in them is no emphasis. Each form is bounded, so that no opening mark makes the
# rest of a long line be read for nothing more than so often.
_INLINE = re.compile(
    r"(?P<code>`[^`\n]{1,1000}`)"
    r"|(?P<display>\$\$[^$]{1,4000}\$\$)"
    r"|(?P<formula>\$[^$\n]{1,1000}\$)"
    r"|(?P<strong>\*\*[^*\n]{1,1000}\*\*)"
    r"|(?P<em>\*[^*\s][^*\n]{0,1000}\*)"
    r"|(?P<link>\[[^\[\]\n]{1,500}\]\(https?://[^\s()<>\"]{1,2000}\))"
)


def prose_html(text: str) -> str:
    """Return what a text cell says as HTML."""
    writer = _Writer()
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        fence = opened_fence(lines[index])
        if fence is None and (end := _table_end(lines, index)):
            writer.block(_table(lines[index:end]))
            index = end
            continue
        first = index = index + 1
        if fence is None:
            writer.line(lines[index - 1])
            continue
        while index < len(lines) and not closes(lines[index], fence[0]):
            index += 1
        writer.block(f"<pre>{html.escape(chr(10).join(lines[first:index]))}</pre>")
        index += 1
    writer.end()
    return "\n".join(writer.parts)


def _table_end(lines: list[str], first: int) -> int:
    """Return where a table that begins with this line ends; 0 for no table."""
    if "|" not in lines[first] or first + 1 == len(lines) or not _is_rule(lines[first + 1]):
        return 0
    end = first + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _is_rule(line: str) -> bool:
    return "-" in line and len(line) <= MAX_RULE and _RULE.fullmatch(line.strip()) is not None


def _table(lines: list[str]) -> str:
    """Return a table of Markdown: its head, a rule, and its rows."""
    head, _, *rows = [[inline(cell.strip()) for cell in _cells(line)] for line in lines]
    titles = "".join(f"<th>{cell}</th>" for cell in head)
    top = f"<thead><tr>{titles}</tr></thead>" if any(head) else ""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _cells(line: str) -> list[str]:
    return [cell.replace("\\|", "|") for cell in _BAR.split(line.strip().removeprefix("|").removesuffix("|"))]


class _Writer:
    """Takes lines, and knows which paragraph or list they go on with."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._paragraph: list[str] = []
        self._items: list[str] = []

    def line(self, line: str) -> None:
        """Take a line that is in no fence."""
        title, item = heading(line), _ITEM.match(line)
        if title is not None:
            self.block(f"<h{title.depth + 1}>{inline(title.title)}</h{title.depth + 1}>")
        elif not line.strip():
            self.end()
        elif item is not None:
            if self._paragraph:
                self.end()
            self._items.append(item[2])
        else:
            self._go_on(line)

    def _go_on(self, line: str) -> None:
        """Take a line that goes on with what the last one began."""
        if self._items:
            self._items[-1] += f"\n{line.strip()}"
        else:
            self._paragraph.append(line)

    def block(self, markup: str) -> None:
        """Add what stands by itself."""
        self.end()
        self.parts.append(markup)

    def end(self) -> None:
        """End the paragraph or the list."""
        if self._paragraph:
            self.parts.append(f"<p>{inline(chr(10).join(self._paragraph))}</p>")
        if self._items:
            self.parts.append("<ul>" + "".join(f"<li>{inline(item)}</li>" for item in self._items) + "</ul>")
        self._paragraph.clear()
        self._items.clear()


def inline(text: str) -> str:
    """Return a line of prose as HTML; formulas are TeX that says what it is."""
    parts: list[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        parts.append(html.escape(text[at : match.start()]))
        parts.append(_marked(match))
        at = match.end()
    parts.append(html.escape(text[at:]))
    return "".join(parts)


def formula(tex: str, shown: str, *, display: bool) -> str:
    """Return a formula as it stands where nobody sets it; the client does so before a page is saved.

    Args:
        tex: what it says.
        shown: how it was written.
        display: whether it stands by itself.
    """
    word = "true" if display else "false"
    return f'<code class="tex" data-display="{word}" data-tex="{html.escape(tex)}">{html.escape(shown)}</code>'


def _marked(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "code":
        return f"<code>{html.escape(text[1:-1])}</code>"
    if kind in ("display", "formula"):
        width = 2 if kind == "display" else 1
        return formula(text[width:-width], text, display=kind == "display")
    if kind == "link":
        words, _, address = text[1:-1].partition("](")
        return f'<a href="{html.escape(address)}" rel="noreferrer">{html.escape(words)}</a>'
    tag, width = ("strong", 2) if kind == "strong" else ("em", 1)
    return f"<{tag}>{html.escape(text[width:-width])}</{tag}>"
