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
# What Markdown can say as well; other tags make it HTML.
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


def html_bundle(text: str) -> dict[str, str]:
    """Return the form of an HTML fragment: Markdown when it has formulas and little else, so that they are typeset."""
    tags = {found[1].lower() for found in _tag.finditer(text)}
    if not _formula_in_html.search(text) or not tags <= set(_TAGS):
        return {"text/html": text}
    plain = _tag.sub(lambda found: _TAGS[found[1].lower()], text)
    return {"text/markdown": with_dollars(html.unescape(plain)).strip()}


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
