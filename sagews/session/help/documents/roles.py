"""What Sage's documentation says beyond docutils: names of things, links by a word, blocks of its own.

docutils keeps what it knows in tables of the process. What is entered here is there for our own reading alone: somebody
who works with docutils in a cell finds it as it is elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docutils import nodes, utils
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.directives.admonitions import BaseAdmonition

_NAMES = "class meth func mod attr exc obj data const envvar ref doc term option"
_PRINTED = (
    "plot sphinx_plot index toctree automethod autofunction autoclass automodule autosummary attribute moduleauthor "
    "sectionauthor linkall module currentmodule contents include literalinclude image figure raw meta date"
)
"""Blocks that only mean something in a printed manual, or that read files."""
_TEXTS = "kbd file command program samp guilabel dfn"
# As sage.misc.sagedoc_conf has them: where a word leads, and what it is called.
_LINKS = {
    "issue": ("https://github.com/sagemath/sage/issues/{}", "issue #{}"),
    "trac": ("https://github.com/sagemath/sage/issues/{}", "issue #{}"),
    "passagemathissue": ("https://github.com/passagemath/passagemath/issues/{}", "passagemath issue #{}"),
    "wikipedia": ("https://en.wikipedia.org/wiki/{}", "Wikipedia: {}"),
    "arxiv": ("https://arxiv.org/abs/{}", "arXiv {}"),
    "oeis": ("https://oeis.org/{}", "OEIS {}"),
    "doi": ("https://doi.org/{}", "doi:{}"),
    "pari": ("https://pari.math.u-bordeaux.fr/dochtml/help/{}", "PARI: {}"),
    "mathscinet": ("https://www.ams.org/mathscinet-getitem?mr={}", "MathSciNet {}"),
    "python": ("https://docs.python.org/3/{}", "Python: {}"),
    "gap": ("https://docs.gap-system.org/doc/ref/{}_mj.html", "GAP: {}"),
    "gap_package": ("https://docs.gap-system.org/pkg/{}", "GAP package {}"),
    "maxima": ("https://maxima.sourceforge.io/docs/manual/maxima_singlepage.html#{}", "Maxima: {}"),
    "singular": ("https://www.singular.uni-kl.de/Manual/4-3-2/{}.htm", "Singular: {}"),
    "ppl": ("https://www.bugseng.com/products/ppl/documentation/user/ppl-user-1.2-html/{}.html", "PPL: {}"),
}
_titled = re.compile(r"(.*\S)\s*<([^<>]+)>\Z", re.DOTALL)
FORMULA_ROLE = "sagews-formula"


def _name(_role: str, raw: str, text: str, _line: int, _inliner: Any, *_: Any) -> tuple[list[Any], list[Any]]:
    title, target = _parts(utils.unescape(text))
    short = target.startswith("~")
    target = target.lstrip("~!.").removesuffix("()")
    return [nodes.literal(raw, title or (target.rpartition(".")[2] if short else target))], []


def _code(_role: str, raw: str, text: str, *_: Any) -> tuple[list[Any], list[Any]]:
    return [nodes.literal(raw, utils.unescape(text))], []


def _formula(_role: str, raw: str, _text: str, *_: Any) -> tuple[list[Any], list[Any]]:
    # Between the backticks, as it was written: a backslash escapes nothing in a formula.
    inside = raw.partition("`")[2].rpartition("`")[0]
    return [nodes.math(raw, inside)], []


def _link(role: str, raw: str, text: str, *_: Any) -> tuple[list[Any], list[Any]]:
    title, target = _parts(utils.unescape(text))
    address, called = _LINKS[role.lower()]
    word = target.replace(" ", "_") if role == "wikipedia" else target
    return [nodes.reference(raw, title or called.format(target), refuri=address.format(word))], []


def _parts(text: str) -> tuple[str, str]:
    """Return the title, "" if none is given, and what is meant."""
    found = _titled.match(text)
    return (found[1], found[2]) if found else ("", text)


class SeeAlso(BaseAdmonition):
    """What is of interest besides."""

    node_class = nodes.hint


class ToDo(BaseAdmonition):
    """What its authors still want to do."""

    node_class = nodes.important


class Inside(Directive):
    """Shows what it holds."""

    has_content, optional_arguments, final_argument_whitespace = True, 1, True

    def run(self) -> list[Any]:
        """See docutils."""
        holder = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, holder)
        return list(holder.children)


class Since(Directive):
    """Since when something is so: a paragraph."""

    has_content, optional_arguments, final_argument_whitespace = True, 1, True

    def run(self) -> list[Any]:
        """See docutils."""
        said = " ".join([*self.arguments, *self.content])
        return [nodes.paragraph("", f"{self.name.lower()}: {said}")]


class LeftOut(Directive):
    """Leaves out what only means something in a printed manual."""

    has_content, optional_arguments, final_argument_whitespace = True, 1, True
    option_spec = None

    def run(self) -> list[Any]:
        """See docutils."""
        return []


_BLOCKS = {
    **dict.fromkeys(("seealso", "see also"), SeeAlso),
    "todo": ToDo,
    **dict.fromkeys(("only", "centered", "hlist"), Inside),
    **dict.fromkeys(("versionadded", "versionchanged", "deprecated"), Since),
    **dict.fromkeys(_PRINTED.split(), LeftOut),
}
_ROLES: dict[str, Any] = {
    **dict.fromkeys([f"{domain}{each}" for each in _NAMES.split() for domain in ("", "py:")], _name),
    **dict.fromkeys(_TEXTS.split(), _code),
    **dict.fromkeys(_LINKS, _link),
    FORMULA_ROLE: _formula,
}


@contextmanager
def in_use(*, sage: bool) -> Iterator[None]:
    """Have all of this in docutils' tables, and its tables as they were afterwards.

    Args:
        sage: whether a text in single backticks is a formula; else it is code.
    """
    tables: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        (roles._roles, {**_ROLES, "": _formula if sage else _code}),
        (directives._directives, _BLOCKS),
    )
    before = [dict(table) for table, _ in tables]
    try:
        for table, own in tables:
            table.update(own)
        yield
    finally:
        for (table, _), former in zip(tables, before, strict=True):
            table.clear()
            table.update(former)
