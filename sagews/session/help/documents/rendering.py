"""reStructuredText to HTML: the part that knows docutils. It is imported when the first documentation is shown.

Nothing is read from files, no HTML of a docstring's own is let through, and what docutils refuses or takes too long for
is told as None: then the text is shown as it was written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from docutils import utils
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser, states

from sagews.session.help.documents import roles
from sagews.session.help.documents.html import Html, TooMuch

SECONDS = 0.5
_QUIET = {
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "docinfo_xform": False,
    "doctitle_xform": False,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "id_length_limit": 200,
}


class TooLong(Exception):
    """The time is over."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a page shows.

    Attributes:
        html: elements and texts, with a private-use mark for each formula.
        formulas: their LaTeX, and whether each stands on a line of its own.
    """

    html: str
    formulas: list[tuple[str, bool]]


def rendered(text: str, *, sage: bool, seconds: float = SECONDS) -> Rendered | None:
    """Return prepared text as HTML, None where it can't be read, or not in time.

    Args:
        text: what `preparing.prepared` gave.
        sage: whether names in single backticks are formulas, as in Sage's documentation; else they are code.
        seconds: within which it must be done.
    """
    until = time.monotonic() + seconds
    parser = Parser(inliner=_watching(until))
    document = utils.new_document("documentation", _settings(parser))
    try:
        with roles.in_use(sage=sage):
            parser.parse(text, document)
        written = Html(sage=sage, until=until)
        written.write(document)
    except (TooLong, TooMuch):
        return None
    except Exception:
        # docutils fails on some texts in ways of its own; they are shown as they are.
        return None
    return Rendered("".join(written.parts), written.formulas)


def _watching(until: float) -> Any:
    """Return what reads texts, and looks at the clock before each; docutils lets no class of ours be one."""
    inliner = states.Inliner()
    parse = inliner.parse

    def parse_in_time(*asked: Any) -> Any:
        if time.monotonic() > until:
            raise TooLong
        return parse(*asked)

    inliner.parse = parse_in_time
    return inliner


def _settings(parser: Parser) -> Any:
    settings = get_default_settings(parser)
    for name, value in _QUIET.items():
        setattr(settings, name, value)
    return settings
