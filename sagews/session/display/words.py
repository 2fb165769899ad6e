r"""Words with formulas between them: LaTeX prose, HTML fragments, tables. All of them become Markdown.

A page sets the formulas of Markdown wherever they stand; a lone formula has a form of its own, and HTML is shown in a
frame in which nothing sets `\(x\)`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

_WRAPPED = (
    r"\$\$(?:[^$]|\\\$)+\$\$",
    r"\$(?:[^$]|\\\$)+\$",
    r"\\\[.*\\\]",
    r"\\\(.*\\\)",
    r"\\begin\{(\w+\*?)\}.*\\end\{\1\}",
)
_one_formula = [re.compile(rf"\s*{form}\s*\Z", re.DOTALL) for form in _WRAPPED]
_between = re.compile(r"\\\((.*?)\\\)", re.DOTALL)
_displayed = re.compile(r"\\\[(.*?)\\\]", re.DOTALL)
_formula_in_html = re.compile(r"\\\(|\\\[")
_formula = re.compile(
    r"\$\$(?:[^$]|\\\$)+\$\$|\$(?=\S)(?:[^$\n]|\\\$)*?(?<=\S)\$(?!\d)|\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL
)
# What Markdown can say as well.
_TAGS = {
    "b": "**",
    "strong": "**",
    "i": "*",
    "em": "*",
    "br": "\n\n",
    "p": "\n\n",
    "html": "",
    "span": "",
    "div": "\n\n",
}
# What a page takes over from a text; with anything else it is a page of its own, in a frame.
_PLAIN_TAGS = {
    *_TAGS, "a", "blockquote", "code", "dd", "del", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "kbd",
    *("li", "ol", "pre", "s", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}  # fmt: skip
_empty_lines = re.compile(r"\n\s*\n")
_dressed = re.compile(r"<[a-zA-Z][^<>]*\s(?:style|class|id|on\w+)\s*=")
_tag = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(\s[^<>]*)?/?>")


def is_formula(text: str) -> bool:
    """Whether LaTeX is one formula between its marks, with no words around it."""
    return any(form.match(text) for form in _one_formula)


def latex_bundle(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what shows LaTeX that a person wrote: a formula, with or without dollars, or prose with formulas."""
    if is_formula(text):
        return {"text/latex": text, "text/plain": text}, {}
    if "$" in text or _formula_in_html.search(text):
        return {"text/markdown": with_dollars(text), "text/plain": text}, {}
    return {"text/latex": f"$\\displaystyle {text}$", "text/plain": text}, {}


def with_dollars(text: str) -> str:
    """Return text in which formulas stand between dollars."""
    text = _displayed.sub(lambda found: f"\n\n$${found[1]}$$\n\n", text)
    return _between.sub(lambda found: f"${found[1].strip()}$", text)


def html_bundle(text: str, *, dollars: bool = False) -> dict[str, str]:
    """Return the form of an HTML fragment: Markdown when it has formulas and nothing that a text can't have.

    Args:
        text: the fragment.
        dollars: whether formulas may stand between dollars too, which Sage's own `html()` has already put otherwise.
    """
    has = _formula.search(text) if dollars else _formula_in_html.search(text)
    tags = {found[1].lower() for found in _tag.finditer(text)}
    if not has or not tags <= _PLAIN_TAGS or (not tags <= set(_TAGS) and _dressed.search(text)):
        return {"text/html": text}
    if tags <= set(_TAGS):
        plain = _tag.sub(lambda found: _TAGS[found[1].lower()], text)
        return {"text/markdown": with_dollars(html.unescape(plain)).strip()}
    # To Markdown a block is HTML, letter for letter, until an empty line. In formulas nothing is a sign of HTML.
    block = _empty_lines.sub("\n", _formula.sub(lambda found: html.unescape(found[0]), text).strip())
    return {"text/markdown": f"<div>\n{block}\n</div>"}


def table_markdown(rows: Iterable[Sequence[str]], *, header: bool) -> str:
    """Return a table; without a header its first line is empty, because Markdown has no other way."""
    lines = [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]
    columns = max((line.count(" | ") + 1 for line in lines), default=1)
    rule = f"|{' --- |' * columns}"
    if header and lines:
        return "\n".join([lines[0], rule, *lines[1:]])
    return "\n".join([f"|{'   |' * columns}", rule, *lines])


def _cell(text: str) -> str:
    """A cell's text on one line; a bar inside of it would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")
