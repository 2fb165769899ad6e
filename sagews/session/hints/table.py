"""What may help with an exception: a sentence, and where it is sure enough the line that the cell should have instead.

The kinds of help stand in modules of their own, each for some exceptions. What they propose is only ever proposed: the
page changes a cell when somebody asks for it. A change to a line is proposed only if the cell can be compiled with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagews.wire.session.checks import MAX_HINT_LABEL, MAX_HINT_LINE, MAX_HINT_TEXT, MAX_HINTS


@dataclass(frozen=True, slots=True)
class Hint:
    """A piece of advice.

    Attributes:
        text: what it says, at most MAX_HINT_TEXT characters.
        label: what a button says that does it; empty if there is nothing to be done.
        line: the line of the cell that is changed, from 1; 0 if none is.
        before: what it is now; None if a line is to be put above it.
        after: what it is to be.
    """

    text: str
    label: str = ""
    line: int = 0
    before: str | None = None
    after: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as it goes over the wire (ErrorFrame)."""
        text = {"text": self.text[:MAX_HINT_TEXT]}
        if not self.line or len(self.label) > MAX_HINT_LABEL:
            return text
        return {**text, "label": self.label, "line": self.line, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell and the exception that ended it.

    Attributes:
        exception: what was raised.
        source: the cell as it was typed.
        line: the line of the cell where it came about, from 1; 0 if that is not known.
        language: "sage" or "python".
        names: what the cell could see.
        compiles: whether a text in place of the source can be compiled; bounded by itself.
    """

    exception: BaseException
    source: str
    line: int
    language: str
    names: Mapping[str, Any]
    compiles: Callable[[str], bool]

    @property
    def text(self) -> str:
        """The line where it came about, as it was typed; empty if it is too long to be changed."""
        lines = self.source.split("\n")
        text = lines[self.line - 1] if 1 <= self.line <= len(lines) else ""
        return text if len(text) <= MAX_HINT_LINE else ""

    def changed(self, text: str, label: str, after: str) -> Hint | None:
        """Return a hint that puts a line in the place of the one that failed, if that can be compiled."""
        before = self.text
        if not before or after == before or len(after) > MAX_HINT_LINE:
            return None
        lines = self.source.split("\n")
        lines[self.line - 1] = after
        return Hint(text, label, self.line, before, after) if self.compiles("\n".join(lines)) else None


Adviser = Callable[[Failed], Iterator[Hint | None]]
_advisers: list[tuple[type[BaseException], Adviser]] = []


def advises(kind: type[BaseException]) -> Callable[[Adviser], Adviser]:
    """Enter a function that yields hints for exceptions of a kind; None stands for none."""

    def enter(adviser: Adviser) -> Adviser:
        _advisers.append((kind, adviser))
        return adviser

    return enter


def hints_for(failed: Failed) -> list[Hint]:
    """Return the first few hints; what an adviser raises ends its own."""
    found: list[Hint] = []
    for kind, adviser in _advisers:
        if not isinstance(failed.exception, kind):
            continue
        try:
            # What is asked about may be anybody's object, whose own code may raise anything.
            for hint in adviser(failed):
                if hint is not None and hint not in found:
                    found.append(hint)
        except Exception:  # noqa: S112 - advice that fails is none
            continue
    return found[:MAX_HINTS]
