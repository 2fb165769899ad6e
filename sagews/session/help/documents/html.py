"""From docutils' tree to HTML: a table of elements without classes, styles or scripts, which the page checks again."""

from __future__ import annotations

import re
import time
from html import escape
from typing import Any

from docutils import nodes

OPEN, SHUT = "\ue000", "\ue001"
"""Around the number of a formula; the page has the same (prose/scan.ts)."""
LONGEST = 400_000
MOST_FORMULAS = 2000
DEEPEST = 60
_TAGS = {
    **{"paragraph": "p", "bullet_list": "ul", "enumerated_list": "ol", "list_item": "li", "emphasis": "em"},
    **{"definition_list": "dl", "term": "dt", "definition": "dd", "field_list": "dl", "field_name": "dt"},
    **{"field_body": "dd", "option_list": "dl", "option_group": "dt", "description": "dd", "strong": "strong"},
    **{"title_reference": "em", "block_quote": "blockquote", "title": "h4", "rubric": "h4", "table": "table"},
    **{
        "superscript": "sup",
        "subscript": "sub",
        "thead": "thead",
        "tbody": "tbody",
        "row": "tr",
        "topic": "blockquote",
    },
    **{"sidebar": "blockquote", "attribution": "p", "caption": "p", "line": "p", "footnote": "p", "citation": "p"},
}
_ADMONITIONS = {
    **{"note": "Note", "warning": "Warning", "attention": "Attention", "caution": "Caution", "danger": "Danger"},
    **{"error": "Error", "tip": "Tip", "hint": "See also", "important": "To do", "admonition": ""},
}
_LEFT_OUT = (
    "comment",
    "system_message",
    "target",
    "substitution_definition",
    "image",
    "raw",
    "meta",
    "pending",
    "colspec",
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_HEAD = re.compile(r"([A-Z][A-Z /-]{2,40}):(?:\s*\Z|\s+(?=(.)))")
_ROWS = re.compile(r"\\\\|(?<!\\)&")


class TooMuch(Exception):
    """More than a page is given at once."""


class Html:
    """Writes one document.

    Args:
        sage: whether lines such as `EXAMPLES:` are headings.
        until: on the monotonic clock, when it must be done.

    Attributes:
        parts: joined, they are the HTML.
        formulas: in their order; whether each stands on a line of its own.
    """

    def __init__(self, *, sage: bool, until: float) -> None:
        self.parts: list[str] = []
        self.formulas: list[tuple[str, bool]] = []
        self._sage = sage
        self._until = until
        self._length = 0
        # Letters at the beginning of the next text that are written already.
        self._skipped = 0

    def write(self, node: Any, depth: int = 0) -> None:
        """Write a node and what is in it; raises TooMuch."""
        if depth > DEEPEST or time.monotonic() > self._until:
            raise TooMuch
        kind = type(node).__name__
        if isinstance(node, nodes.Text):
            text, self._skipped = str(node)[self._skipped :], 0
            self._add(escape(_PRIVATE.sub("", text).replace(" -- ", " – ")))
        elif kind in _LEFT_OUT:
            return
        elif special := getattr(self, f"_{kind}", None):
            special(node, depth)
        elif kind in _ADMONITIONS:
            self._admonition(node, kind, depth)
        else:
            self._element(_TAGS.get(kind, ""), node, depth)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise TooMuch
        self.parts.append(text)

    def _element(self, tag: str, node: Any, depth: int, attributes: str = "") -> None:
        if tag:
            self._add(f"<{tag}{attributes}>")
        for child in node.children:
            self.write(child, depth + 1)
        if tag:
            self._add(f"</{tag}>")

    def _text(self, tag: str, text: str) -> None:
        self._add(f"<{tag}>{escape(_PRIVATE.sub('', text))}</{tag}>")

    def _admonition(self, node: Any, kind: str, depth: int) -> None:
        self._add("<blockquote>")
        if title := _ADMONITIONS[kind]:
            self._text("h5", title)
        self._element("", node, depth)
        self._add("</blockquote>")

    def _paragraph(self, node: Any, depth: int) -> None:
        begins = node.children[0] if self._sage and node.children else None
        # Written as code it is none.
        found = _HEAD.match(str(begins)) if isinstance(begins, nodes.Text) else None
        if found is None:
            self._element("p", node, depth)
        elif found[2] or len(node.children) > 1:
            # `OUTPUT: an integer`, in one line.
            self._add("<p>")
            self._text("strong", f"{found[1].capitalize()}: ")
            self._skipped = len(found[0])
            self._element("", node, depth)
            self._add("</p>")
        else:
            self._text("h4", found[1].capitalize())

    def _definition_list_item(self, node: Any, depth: int) -> None:
        # What is defined, and of which type it is, stand in one line.
        defined = [child for child in node.children if type(child).__name__ != "definition"]
        self._add("<dt>")
        for place, child in enumerate(defined):
            self._add(" : " if place else "")
            self._element("", child, depth + 1)
        self._add("</dt>")
        for child in node.children[len(defined) :]:
            self.write(child, depth + 1)

    def _enumerated_list(self, node: Any, depth: int) -> None:
        start = node.get("start")
        self._element("ol", node, depth, f' start="{int(start)}"' if start else "")

    def _entry(self, node: Any, depth: int) -> None:
        tag = "th" if isinstance(node.parent.parent, nodes.thead) else "td"
        spans = (("colspan", node.get("morecols")), ("rowspan", node.get("morerows")))
        self._element(tag, node, depth, "".join(f' {name}="{int(more) + 1}"' for name, more in spans if more))

    def _literal(self, node: Any, _depth: int) -> None:
        self._text("code", node.astext())

    def _literal_block(self, node: Any, _depth: int) -> None:
        self._text("pre", node.astext())

    _doctest_block = _literal_block

    def _reference(self, node: Any, depth: int) -> None:
        address = str(node.get("refuri", ""))
        safe = address.startswith(("https://", "http://", "mailto:"))
        self._element("a" if safe else "", node, depth, f' href="{escape(address)}"' if safe else "")

    def _problematic(self, node: Any, _depth: int) -> None:
        # Mostly a citation, whose list is in the printed manual.
        self._add(escape(_PRIVATE.sub("", node.astext()).removesuffix("_")))

    def _label(self, node: Any, _depth: int) -> None:
        self._add(f"[{escape(_PRIVATE.sub('', node.astext()))}] ")

    def _citation_reference(self, node: Any, _depth: int) -> None:
        self._add(f"[{escape(_PRIVATE.sub('', node.astext()))}]")

    def _footnote_reference(self, node: Any, _depth: int) -> None:
        self._text("sup", node.astext())

    def _math(self, node: Any, _depth: int) -> None:
        self._formula(node.astext(), display=False)

    def _math_block(self, node: Any, _depth: int) -> None:
        text = node.astext()
        lined = _ROWS.search(text) and "\\begin" not in text
        self._formula(f"\\begin{{aligned}}{text}\\end{{aligned}}" if lined else text, display=True)

    def _formula(self, text: str, *, display: bool) -> None:
        if len(self.formulas) >= MOST_FORMULAS:
            raise TooMuch
        mark = f"{OPEN}{len(self.formulas)}{SHUT}"
        self.formulas.append((_PRIVATE.sub("", text), display))
        self._add(f"<p>{mark}</p>" if display else mark)
