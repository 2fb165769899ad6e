"""HTML as Markdown, for texts of the Sage notebook: headings, paragraphs, lists, emphasis, links and code.

Everything else is taken as the text in it. What is written comes from a parser and never from the HTML itself, so that
no tag of it gets into a worksheet.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from sagews.model.formats.sheet import bad_file
from sagews.model.worksheet.cells import MAX_SOURCE

_BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "tr", "blockquote", "pre", "hr", "section", "article", "center"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`"}
_BREAKS = {"br": "  \n", "li": "\n- "}
_UNSEEN = frozenset({"script", "style", "head", "title"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MANY_LINES = re.compile(r"\n{3,}")
_HEADING = re.compile(r"h[1-6]")
MAX_ADDRESS = 2_000


def markdown_of(html: str) -> str:
    """Return what a piece of HTML says, in Markdown.

    Raises:
        SagewsError: `bad-file` for what can't be read, or is longer than a cell may be.
    """
    # The parser takes time that grows with the square of what is left open.
    if len(html) > MAX_SOURCE:
        raise bad_file(f"one of its texts is longer than {MAX_SOURCE} bytes", "Split that text.")
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:
        # What Python's parser says of some malformed declarations.
        raise bad_file("its HTML can't be read") from None
    return _MANY_LINES.sub("\n\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    """Writes down what it meets, in one pass; it keeps no tree, so depth costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._pre = 0
        self._addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BREAKS:
            self.parts.append(_BREAKS[tag])
        elif tag == "pre":
            self._pre += 1
            self.parts.append("\n\n```\n")
        elif _HEADING.fullmatch(tag):
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in _MARKS and not self._pre:
            self.parts.append(_MARKS[tag])
        elif tag == "a":
            self._begin_link(dict(attributes).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
            self.parts.append("\n```\n\n")
        elif tag in _BLOCKS or _HEADING.fullmatch(tag):
            self.parts.append("\n\n")
        elif tag in _MARKS and not self._pre:
            self.parts.append(_MARKS[tag])
        elif tag == "a" and self._addresses:
            address = self._addresses.pop()
            self.parts.append(f"]({address})" if address else "")

    def handle_data(self, data: str) -> None:
        """Take text; what stands between tags on lines of its own is form."""
        if not self._unseen:
            self.parts.append(data if self._pre else _SPACES.sub(" ", data))

    def _begin_link(self, address: str) -> None:
        """Only what leads to a page of the web is a link: others would run a program, or lead into a lost site."""
        good = address.startswith(("https://", "http://")) and len(address) <= MAX_ADDRESS
        good = good and not set(address) & set(" ()<>\n\r\t")
        self._addresses.append(address if good else "")
        self.parts.append("[" if good else "")
